/* Every answer stands in the HTML. This adds filters, deep links, themes and printing. */
(() => {
  const root = document.documentElement;
  const one = (query, from = document) => from.querySelector(query);
  const all = (query) => [...document.querySelectorAll(query)];
  root.dataset.js = "1";

  /* Tables that turn into cards on phones lose their meaning there; roles give it back. */
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  for (const part of all(".stack, .stack :is(thead, tbody, tr, th, td)")) {
    part.setAttribute("role", ROLES[part.tagName] || (part.scope === "row" ? "rowheader" : "columnheader"));
  }

  /* Only a new width redraws: a new height alone (mobile bars) would restart the chart's fade. */
  let width = innerWidth;
  let timer = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(timer);
    timer = setTimeout(() => charts.draw(), 120);
  });

  /* Theme: the system's, until the button says otherwise for this view. */
  const button = one("#theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const label = () => { button.textContent = dark() ? "Light view" : "Dark view"; };
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; label(); charts.draw(); });
  system.addEventListener("change", () => { label(); charts.draw(); });
  label();

  /* Contents list: folded on small screens, the section in view is marked. */
  const contents = one(".toc details");
  const roomy = matchMedia("(min-width: 1100px)");
  const fold = () => { contents.open = roomy.matches; };
  roomy.addEventListener("change", fold);
  fold();
  const entries = all(".toc a");
  const mark = (entry, here) => { if (here) entry.setAttribute("aria-current", "true"); else entry.removeAttribute("aria-current"); };
  const watcher = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      for (const entry of entries) mark(entry, entry.hash === `#${target.id}`);
    }
  }, { rootMargin: "-15% 0px -70% 0px" });
  for (const section of all("main > section, #annex")) watcher.observe(section);

  /* Field table: rows are in the page, the filter hides them and writes itself into the link. */
  const inputs = { q: one("#f-text"), kind: one("#f-kind"), company: one("#f-company") };
  const rows = all("#field-table tbody tr").map((row) => ({
    row,
    kind: row.cells[0].textContent,
    company: row.cells[3].textContent,
    text: row.textContent.toLowerCase(),
  }));
  const filter = () => {
    const words = inputs.q.value.trim().toLowerCase();
    let shown = 0;
    for (const { row, kind, company, text } of rows) {
      const fits = (!inputs.kind.value || inputs.kind.value === kind)
        && (!inputs.company.value || inputs.company.value === company) && text.includes(words);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    one("#count").textContent = `${shown} of ${rows.length} fields shown`;
  };
  for (const input of Object.values(inputs)) {
    input.addEventListener("input", () => {
      const state = new URLSearchParams(Object.entries(inputs).map(([key, { value }]) => [key, value]).filter(([, value]) => value));
      history.replaceState(null, "", state.size ? `#fields&${state}` : "#fields");
      filter();
    });
  }
  one("#filter").addEventListener("submit", (event) => event.preventDefault());

  /* Deep links: #claim-… opens and focuses a claim, #fields&q=… restores a filter. */
  const follow = () => {
    const name = location.hash.slice(1);
    if (name.startsWith("fields&")) {
      const state = new URLSearchParams(name.slice(7));
      for (const [key, input] of Object.entries(inputs)) input.value = state.get(key) || "";
      filter();
      one("#fields").scrollIntoView();
      return;
    }
    let target = null;
    try { target = document.getElementById(decodeURIComponent(name)); } catch { return; }
    if (!target || !target.matches("details.claim")) return;
    target.open = true;
    target.scrollIntoView();
    one("summary", target).focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  addEventListener("load", () => setTimeout(follow, 0)); /* after the browser's own step */
  for (const copy of all("[data-copy]")) {
    copy.addEventListener("click", async () => {
      const place = `#${copy.dataset.copy}`;
      try { await navigator.clipboard.writeText(location.href.split("#")[0] + place); copy.textContent = "Copied"; } catch { location.hash = place; }
    });
  }

  /* Print: light, charts redrawn for paper; CSS opens closed cards, this does where it cannot. */
  let theme;
  let opened = [];
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    if (!CSS.supports("selector(::details-content)")) opened = all("details.claim:not([open])");
    for (const closed of opened) closed.open = true;
    charts.draw(true);
  });
  addEventListener("afterprint", () => {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    for (const closed of opened) closed.open = false;
    opened = [];
    root.classList.remove("print-summary");
    charts.draw();
  });
  one("#print-summary").addEventListener("click", () => { root.classList.add("print-summary"); print(); });
  one("#print-all").addEventListener("click", () => print());

  filter();
  charts.start();
})();
