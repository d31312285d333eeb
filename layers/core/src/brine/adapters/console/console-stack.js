"use strict";
// The console of a deployed stack. It has no live requests, and shows what is stored and the figures of CloudWatch.

const STACK_EVERY = 60000; // milliseconds between two readings: CloudWatch counts in minutes, and bills each reading
const WINDOW = "1h";
let following = null; // the cursor of the next page of the list

function startStack(facts) {
  for (const id of ["requests", "keys-section", "routes-section", "live-keys", "slow-section"]) byId(id).hidden = true;
  byId("stored").hidden = false;
  byId("where").textContent = facts.place ?? location.host;
  if (facts.takes_token) {
    byId("tokens").hidden = false;
    told("waiting for a token", false);
    byId("token-value").focus();
  } else readStack();
}

function told(text, isWell) {
  byId("connection").textContent = text;
  byId("connection").className = isWell ? "on" : "off";
}

byId("token").addEventListener("submit", (event) => {
  event.preventDefault();
  const isFirst = bearer === "";
  bearer = byId("token-value").value.trim();
  byId("token-value").value = "";
  if (isFirst) readStack();
});

function readStack() {
  repeat(async () => {
    try {
      const { brine } = await ask("version");
      told(`brine ${brine}`, true);
    } catch (error) { told(error.message, false); }
  }, STACK_EVERY);
  repeat(async () => {
    try { showStackFigures(await ask(`stats?window=${WINDOW}`)); }
    catch (error) { byId("figures").replaceChildren(element("p", { class: "hint" }, `No figures: ${error.message}`)); }
  }, STACK_EVERY);
  repeat(showOrigins, STACK_EVERY);
  showTags().catch(() => {});
  list();
}

function showStackFigures(stats) {
  const per = stats.series;
  const ratios = per.answered.map((count, at) => count ? per.hits[at] / count : 0);
  const faults = Object.values(stats.faults).reduce((sum, count) => sum + count, 0);
  byId("figures").replaceChildren(
    figure(stats.requests, `requests in ${span(stats.window)}`, per.requests),
    figure(percent(stats.hit_ratio), "hit ratio", ratios, 1),
    figure(stats.origin_calls, "calls to origins", per.origin_calls),
    figure(seconds(stats.total_seconds.p50) || "-", "half are faster (p50)"),
    figure(seconds(stats.total_seconds.p95) || "-", "95 of 100 are faster (p95)"),
    figure(stats.results.problem, "problems"),
    figure(faults, "faults of stores and origins"),
    ...(stats.usd === null ? [] : [figure(`${stats.usd.toFixed(4)} USD`, "calls to AWS and time")]));
}

// What is stored

function itemRow(one) {
  const name = one.url ?? one.source ?? one.reason ?? one.key;
  const left = one.remaining_freshness;
  return element("tr", {},
    element("td", { class: "path" }, name, one.variant ? element("small", {}, one.variant) : null),
    element("td", {}, one.route ?? one.namespace ?? ""),
    element("td", { class: one.state === "fresh" ? "hit" : one.state === "unknown" ? "error" : "miss" }, one.state),
    element("td", { class: "n" }, one.age === null ? "" : span(one.age)),
    element("td", { class: "n" }, left === null ? "" : left < 0 ? `-${span(-left)}` : span(left)),
    element("td", { class: "n" }, bytes(one.bytes)),
    element("td", {}, one.tags.join(", ")),
    element("td", {}, one.url ? element("button", { type: "button", class: "plain", onclick: () => explain(one.method, one.url) }, "explain") : null,
      one.url ? element("button", { type: "button", class: "plain", onclick: () => choosePurge("url", one.url) }, "purge") : null));
}

async function list(cursor) {
  const wanted = new URLSearchParams({ limit: 500, ...(cursor ? { cursor } : {}) });
  for (const name of ["url", "route", "tag", "state"]) {
    const value = byId(`list-${name}`).value.trim();
    if (value) wanted.set(name, value);
  }
  try {
    const page = await ask(`stored?${wanted}`);
    if (!cursor) byId("items").replaceChildren();
    byId("items").append(...page.items.map(itemRow));
    following = page.cursor;
    byId("more").hidden = following === null;
    const shown = byId("items").children.length;
    byId("listed").textContent = `${shown} ${shown === 1 ? "item" : "items"}${following === null ? "" : ", and perhaps more"}.`;
  } catch (error) { byId("listed").textContent = error.message; }
}

byId("list").addEventListener("submit", (event) => { event.preventDefault(); list(); });
byId("more").addEventListener("click", () => list(following));
