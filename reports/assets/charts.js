"use strict";
/* Draws the charts from #figures; when that fails, the tables below them open instead. */
const charts = (() => {
  const root = document.documentElement;
  const figures = JSON.parse(document.querySelector("#figures").textContent);
  const tables = document.querySelectorAll("details.tbl");

  /* Colours are tokens such as var(--ink)/.3, resolved against the theme in use. */
  const probe = document.body.appendChild(document.createElement("span"));
  probe.hidden = true;
  probe.style.forcedColorAdjust = "none";
  const TOKEN = /^var\((--[\w-]+)\)(?:\/([.\d]+))?$/;
  const paint = (name, alpha) => {
    if (name === "--sans") return getComputedStyle(root).getPropertyValue(name).trim();
    probe.style.color = `var(${name})`;
    return `rgba(${getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3)},${alpha || 1})`;
  };
  const resolve = (value) => {
    if (typeof value === "string") {
      const token = value.startsWith("var(") && TOKEN.exec(value);
      return token ? paint(token[1], token[2]) : value;
    }
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolve(part)]));
  };
  const draw = (printed) => {
    if (!window.Plotly) return;
    for (const id of Object.keys(figures)) {
      const box = document.getElementById(id);
      if (!box || (!printed && !box.offsetParent)) continue;
      const small = !printed && innerWidth < 700;
      const { data, layout, narrow } = resolve(figures[id]);
      const shape = small ? narrow : layout;
      if (small) for (const trace of data) if (trace.marker) trace.marker.size *= 0.72;
      if (printed) Object.assign(shape, { width: 650, height: shape.height * 0.68 });
      window.Plotly.purge(box);
      window.Plotly.newPlot(box, data, shape, { displayModeBar: false, responsive: false, showTips: false });
    }
  };
  const unpack = async (element) => {
    const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    if (!window.Plotly) throw new Error("the chart library did not start");
  };
  const start = async () => {
    const packed = document.querySelector("#plotly-packed");
    try {
      if (!packed) throw new Error("no chart library");
      for (const table of tables) table.open = false;
      await unpack(packed);
      packed.remove();
      draw();
    } catch {
      root.dataset.plain = "1"; /* tables take the place of the charts */
      for (const table of tables) table.open = true;
    }
    root.dataset.ready = "1";
  };

  return { draw, start };
})();
