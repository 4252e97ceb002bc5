// One deck: TIDAL's published player and event producer, driven by the calls below.
// Everything on the wire is made by TIDAL's code; this page adds no field of its own.
import * as eventProducer from '@tidal-music/event-producer';
import * as Player from '@tidal-music/player';

const account = await (await fetch('/account.json')).json();
const credentials = { ...account, expires: Date.now() + 8.64e7 };
const credentialsProvider = { bus() {}, getCredentials: async () => credentials };

await eventProducer.init({
  appInfo: { appName: 'auditor-sample-page', appVersion: '1.0.0' },
  blockedConsentCategories: { NECESSARY: false, PERFORMANCE: false, TARGETING: false },
  credentialsProvider,
  platform: { browserName: 'chromium', browserVersion: 'headless', osName: 'linux' },
  // The addresses of TIDAL's own Android SDK; the web SDK leaves them to the integrator.
  // The batch interval stays at the vendor's 30 s.
  tlConsumerUri: 'https://ec.tidal.com/api/event-batch',
  tlPublicConsumerUri: 'https://ec.tidal.com/api/public/event-batch',
});
Player.setCredentialsProvider(credentialsProvider);
Player.setEventSender(eventProducer);
Player.bootstrap({
  outputDevices: false,
  players: [{ itemTypes: ['track'], player: 'shaka', qualities: ['LOW', 'HIGH', 'LOSSLESS', 'HI_RES_LOSSLESS'] }],
});
Player.setStreamingWifiAudioQuality('HIGH');

const errors = [];
Player.events.addEventListener('error', (event) => errors.push(JSON.stringify(event.detail)));

const nap = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const media = () => Player.getMediaElement();
// The media element is exact; Player.getAssetPosition() moves only every 250 ms.
const position = () => media()?.currentTime ?? 0;

async function until(what, condition, limit = 15_000) {
  for (const start = Date.now(); !condition(); await nap(5)) {
    if (Date.now() - start > limit) throw new Error(`${what}: nothing within ${limit} ms`);
  }
}

/** Do something and return when it began and ended (ms since 1970) and the positions around it. */
async function timed(action) {
  const start = Date.now();
  const before = position();
  await action();
  return { start, end: Date.now(), before, after: position() };
}

window.deck = {
  errors,
  position,
  load: (product, at) => timed(() => Player.load(product, at)),
  play: () =>
    timed(async () => {
      await Player.play();
      await until('play', () => Player.getPlaybackState() === 'PLAYING');
    }),
  pause: () =>
    timed(async () => {
      Player.pause();
      await until('pause', () => Player.getPlaybackState() === 'NOT_PLAYING');
    }),
  seek: (to) => timed(() => Player.seek(to)),
  eject: () => timed(() => Player.reset()),
  /** A loop by hand: `rounds` times from out back to in. Wall time and position of every return. */
  async loop(length, rounds) {
    const begin = position();
    const start = Date.now();
    const returns = [];
    for (let round = 0; round < rounds; round += 1) {
      await until('loop', () => position() >= begin + length);
      const from = position();
      returns.push({ time: Date.now(), from });
      await Player.seek(begin);
    }
    return { start, end: Date.now(), in: begin, out: begin + length, returns };
  },
};
document.title = 'ready';
