"use strict";
// The console of a twin or of a stack. Each element is built with textContent, so no text of a request becomes markup.
// A server that signs for its user gives a secret after the # of the page's URL, which no request carries by itself.

const MOST_ROWS = 200;
const EVERY = 1000; // milliseconds between two readings of the figures
const SLOWLY = 5000; // milliseconds between two readings of circuits, budgets and tags
const secret = location.hash.slice(1);
let bearer = ""; // the token of the user, only here
const byId = (id) => document.getElementById(id);

function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined).map((child) => child instanceof Node ? child : String(child)));
  return made;
}

const seconds = (value) => {
  if (value === null || value === undefined) return "";
  if (value < 1) return `${value * 1000 < 10 ? (value * 1000).toFixed(1) : Math.round(value * 1000)} ms`;
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} s`;
};
const span = (value) => value < 120 ? `${Math.round(value)} s` : value < 7200 ? `${Math.round(value / 60)} min` : `${Math.round(value / 3600)} h`;
const bytes = (value) => value < 1000 ? `${value} B` : value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`;
const percent = (value) => value === null || value === undefined ? "-" : `${Math.round(value * 100)} %`;
const clock = (time) => new Date(time * 1000).toLocaleTimeString([], { hour12: false });

async function ask(name, members) {
  const headers = { ...(secret ? { "x-brine-console": secret } : {}), ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) };
  const options = members === undefined ? { headers } : { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(members) };
  const answer = await fetch(`/_brine/${name}`, options);
  const document_ = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(document_.detail || document_.title || document_.twin || document_.message || `${answer.status} ${answer.statusText}`);
  return document_;
}

function table(heads, rows, none) {
  if (!rows.length) return element("p", { class: "hint" }, none);
  return element("table", {},
    element("thead", {}, element("tr", {}, ...heads.map(([text, kind]) => element("th", { class: kind, scope: "col" }, text)))),
    element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells.map((cell, at) => element("td", { class: heads[at][1] }, cell))))));
}

// Live requests

let isPaused = false;
let waiting = [];
const seen = new Set();
const rows = byId("rows");

function resultOf(record) {
  const text = record.result ?? (record.reason ? "" : "answered");
  const reason = record.reason === "uri-miss" ? null : record.reason;
  const remark = record.cause ?? (record.result === "problem" ? record.problem : null) ?? reason ?? (record.result === "hit" && record.ttl !== null ? `${record.ttl} s left` : null);
  return [record.result === "miss" && record.stored ? "miss, stored" : text, remark ? `(${remark})` : ""].filter(Boolean).join(" ");
}

function rowOf(record) {
  const notes = [...(record.notes ?? []), ...(record.faults ?? [])];
  const parts = (record.parts ?? []).map((part) => `${part.route} ${part.result} ${seconds(part.seconds)}`);
  if (parts.length) notes.unshift(`parts: ${parts.join(", ")}`);
  const row = element("tr", { class: "new" },
    element("td", {}, clock(record.time)),
    element("td", {}, record.method),
    element("td", { class: "path" }, record.target, notes.length ? element("small", {}, notes.join("; ")) : null),
    element("td", { class: record.status >= 500 ? "error" : undefined }, record.status),
    element("td", { class: record.result ?? (record.status >= 400 ? "error" : undefined) }, resultOf(record)),
    element("td", {}, record.layer ?? (record.origin_seconds === null ? "" : "origin")),
    element("td", { class: "n" }, seconds(record.origin_seconds)),
    element("td", { class: "n" }, seconds(record.seconds)),
    element("td", { class: "n" }, bytes(record.bytes)),
    element("td", {}, element("button", { type: "button", class: "plain", onclick: () => explain(record.method, record.target) }, "explain")));
  row.dataset.text = [record.method, record.target, record.status, record.route, resultOf(record), record.function].join(" ").toLowerCase();
  return row;
}

function matches(row) {
  const wanted = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  return wanted.every((word) => row.dataset.text.includes(word));
}

function show(record) {
  const row = rowOf(record);
  row.hidden = !matches(row);
  rows.prepend(row);
  while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
  byId("empty").hidden = true;
}

function listen() {
  const events = new EventSource("/_brine/events?recent=100");
  const connection = byId("connection");
  events.addEventListener("open", () => { connection.textContent = "live"; connection.className = "on"; });
  events.addEventListener("error", () => { connection.textContent = "the twin does not answer; trying again"; connection.className = "off"; });
  events.addEventListener("message", (event) => {
    const record = JSON.parse(event.data);
    if (seen.has(record.id)) return; // the twin repeats the last ones after a break
    seen.add(record.id);
    if (seen.size > 2 * MOST_ROWS) seen.delete(seen.values().next().value);
    if (isPaused) waiting = [...waiting.slice(1 - MOST_ROWS), record];
    else show(record);
    byId("pause").textContent = isPaused ? `Go on (${waiting.length} new)` : "Pause";
  });
}

function pause() {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  byId("pause").textContent = isPaused ? "Go on" : "Pause";
  if (!isPaused) { waiting.forEach(show); waiting = []; }
}

byId("pause").addEventListener("click", pause);
byId("clear").addEventListener("click", () => { rows.replaceChildren(); byId("empty").hidden = false; });
byId("filter").addEventListener("input", () => { for (const row of rows.children) row.hidden = !matches(row); });

// Figures

function curve(values, most) {
  const top = Math.max(most ?? 0, ...values, 1e-9);
  const points = values.map((value, at) => `${at ? "L" : "M"}${at} ${(20 - 19 * value / top).toFixed(2)}`).join("");
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `0 0 ${Math.max(values.length - 1, 1)} 21`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", points);
  svg.append(path);
  return svg;
}

function figure(value, text, series, most) {
  return element("div", { class: "figure" }, element("b", {}, value), element("span", {}, text), series ? curve(series, most) : null);
}

function showFigures(stats) {
  const now = stats.last_60_seconds;
  const per = stats.per_second;
  const ratios = per.requests.map((count, at) => count ? per.hits[at] / count : 0);
  const failed = Object.entries(now.statuses).reduce((sum, [status, count]) => sum + (status >= 500 ? count : 0), 0);
  byId("figures").replaceChildren(
    figure(now.requests_per_second.toFixed(1), "requests a second", per.requests),
    figure(percent(now.hit_ratio), "hit ratio", ratios, 1),
    figure(now.origin_calls, "calls to origins", per.origin_calls),
    figure(seconds(now.total_seconds.p50) || "-", "half are faster (p50)"),
    figure(seconds(now.total_seconds.p95) || "-", "95 of 100 are faster (p95)"),
    figure(failed, "answers with 5xx"));
  byId("where").textContent = `${location.host}, up ${span(stats.seconds)}, ${stats.since_start.requests} requests`;
  byId("routes").replaceChildren(table(
    [["route", ""], ["requests", "n"], ["hits", "n"], ["calls", "n"], ["p95", "n"]],
    stats.routes.map((one) => [one.route ?? "none", one.last_60_seconds.requests, percent(one.last_60_seconds.hit_ratio), one.last_60_seconds.origin_calls, seconds(one.last_60_seconds.total_seconds.p95)]),
    "No request yet."));
  byId("keys").replaceChildren(table(
    [["request", "path"], ["count", "n"], ["hits", "n"]],
    stats.hot_keys.map((one) => [`${one.method} ${one.target}`, one.error ? `${one.count - one.error} to ${one.count}` : one.count, percent(one.hit_ratio)]),
    "No request yet."));
  byId("slow-origins").replaceChildren(table(
    [["host, route", ""], ["calls", "n"], ["median", "n"], ["slowest", "n"]],
    stats.slow_origins.map((one) => [element("span", {}, one.origin ?? "", element("small", {}, one.route ?? "none")), one.origin_calls, seconds(one.p50), seconds(one.slowest)]),
    "No call to an origin."));
}

async function showOrigins() {
  const [circuits, budgets] = await Promise.all([ask("circuits"), ask("budgets")]);
  const open = circuits.circuits.map((one) => [
    element("span", { class: one.state === "closed" ? "hit" : "error" }, one.state), one.origin,
    one.failure_share === null ? "" : `${percent(one.failure_share)} failed`]);
  const spent = budgets.budgets.map((one) => [one.name ?? one.origin, one.used ?? "", one.requests]);
  byId("origins").replaceChildren(
    element("h3", {}, "Circuits"), table([["state", ""], ["origin", "path"], ["", "n"]], open, "No route has a circuit breaker."),
    element("h3", {}, "Budgets"), table([["origin", "path"], ["used", "n"], ["of", "n"]], spent, "No route has origin_budget."));
}

async function showTags() {
  const found = await ask("stored?limit=200");
  const counts = new Map();
  for (const item of found.items) for (const tag of item.tags) {
    const one = counts.get(tag) ?? { count: 0, bytes: 0 };
    counts.set(tag, { count: one.count + 1, bytes: one.bytes + (item.bytes ?? 0) });
  }
  const sorted = [...counts].sort((one, other) => other[1].count - one[1].count).slice(0, 20);
  byId("tags").replaceChildren(table(
    [["tag", "path"], ["items", "n"], ["size", "n"], ["", ""]],
    sorted.map(([tag, one]) => [tag, one.count, bytes(one.bytes), element("button", { type: "button", class: "plain", onclick: () => choosePurge("tag", tag) }, "purge")]),
    "No stored response has a tag."));
}

function repeat(task, every) {
  const run = async () => {
    if (!document.hidden) {
      try { await task(); } catch { /* the state of the connection says it */ }
    }
    setTimeout(run, every);
  };
  run();
}

// Explain

function facts(pairs) {
  return element("dl", {}, ...pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function storedFacts(one) {
  const lifetime = one.freshness_lifetime === null ? "" : `${span(one.freshness_lifetime)} by ${one.lifetime_source}`;
  const left = one.remaining_freshness;
  return facts([
    ["variant", one.slot === "main" ? "" : one.slot],
    ["state", one.fault ? `${one.state}: ${one.fault}` : one.state],
    ["response", one.status ? `${one.status} ${one.content_type ?? ""}, ${bytes(one.body_size ?? 0)} in the ${one.where}` : ""],
    ["age", one.age === null ? "" : span(one.age)],
    ["lifetime", lifetime],
    ["left", left === null || left === undefined ? "" : left < 0 ? `stale for ${span(-left)}` : span(left)],
    ["tags", (one.tags ?? []).join(", ")],
    ["differs in", (one.differs ?? []).map((item) => Array.isArray(item) ? item.join(": ") : String(item)).join("; ")]]);
}

function showExplanation(found) {
  const verdict = found.verdict;
  const lines = (items) => element("ol", {}, ...items.map((item) => element("li", {}, item.text ?? item, item.rfc ? element("small", {}, ` ${item.rfc}`) : null)));
  const fields = found.upstream?.fields ?? [];
  byId("explained").replaceChildren(
    element("p", { class: `verdict ${verdict.result ?? ""}` }, verdict.sentence),
    lines(verdict.reasons ?? []),
    ...(verdict.unknown?.length ? [element("h3", {}, "Not known before"), lines(verdict.unknown)] : []),
    element("h3", {}, "Route"),
    facts([["route", found.route?.name], ["prefix", found.route?.prefix], ["origin", found.route?.origin], ["function", found.api?.function], ["near", (found.route?.near ?? []).join(", ")]]),
    ...(found.upstream ? [element("h3", {}, found.upstream.is_sent ? "To the origin" : "To the origin, if it were asked"),
      facts([["request", `${found.upstream.method} ${found.upstream.target}`], ...fields.map((one) => [one.fate, `${one.name}: ${one.value ?? ""} (${one.reason})`])])] : []),
    ...(found.key ? [element("h3", {}, "Key"), facts([["key", element("code", {}, found.key.key)], ["selects", (found.key.selecting ?? []).map((one) => Array.isArray(one) ? one.join(": ") : one.name ?? String(one)).join(", ")]])] : []),
    ...(found.stored?.length ? [element("h3", {}, "Stored"), ...found.stored.map(storedFacts)] : []));
}

async function explain(method, url) {
  byId("explain-method").value = method;
  byId("explain-url").value = url;
  byId("explain-title").scrollIntoView({ block: "nearest" });
  byId("explain").requestSubmit();
}

byId("explain").addEventListener("submit", async (event) => {
  event.preventDefault();
  const headers = byId("explain-headers").value.split("\n").filter((line) => line.includes(":"))
    .map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]);
  try {
    showExplanation(await ask("explain", { method: byId("explain-method").value, url: byId("explain-url").value, headers, ...(byId("explain-tenant").value ? { tenant: byId("explain-tenant").value } : {}) }));
  } catch (error) {
    byId("explained").replaceChildren(element("p", { class: "error" }, error.message));
  }
});

// Purge: only what a dry run has just shown can be purged.

const WORDS = { url: "/orders/7", tag: "menu", route: "orders", tenant: "acme", everything: "" };
let rehearsed = null;

function order() {
  const kind = byId("purge-kind").value;
  const tenant = byId("purge-tenant").value;
  return {
    [kind]: kind === "everything" ? true : byId("purge-value").value,
    ...(tenant && (kind === "url" || kind === "tag") ? { tenant } : {}),
    ...(byId("purge-soft").checked ? { soft: true } : {}),
  };
}

function reset() {
  rehearsed = null;
  byId("purge-now").disabled = true;
  byId("purged").replaceChildren();
  const kind = byId("purge-kind").value;
  byId("purge-value").disabled = kind === "everything";
  byId("purge-value").required = kind !== "everything";
  byId("purge-value").placeholder = WORDS[kind];
  byId("purge-tenant-label").hidden = kind !== "url" && kind !== "tag";
}

function choosePurge(kind, value) {
  byId("purge-kind").value = kind;
  byId("purge-value").value = value;
  reset();
  byId("purge-title").scrollIntoView({ block: "nearest" });
  byId("purge").requestSubmit();
}

function refused(error) { byId("purged").replaceChildren(element("p", { class: "error" }, error.message)); }

byId("purge").addEventListener("input", reset);
byId("purge").addEventListener("submit", async (event) => {
  event.preventDefault();
  const wanted = order();
  try {
    const found = await ask("purge", { ...wanted, dry_run: true });
    rehearsed = wanted;
    byId("purge-now").disabled = false;
    const least = found.complete ? "" : "at least ";
    byId("purged").replaceChildren(
      element("p", {}, `Nothing is purged yet. This would end ${least}${found.count} ${found.count === 1 ? "item" : "items"}, ${bytes(found.bytes)}.`),
      ...(found.note ? [element("p", { class: "hint" }, found.note)] : []),
      element("div", { class: "scroll", tabindex: 0 }, table(
        [["path", "path"], ["route", ""], ["state", ""], ["size", "n"]],
        found.items.map((one) => [one.url ?? one.target ?? one.source ?? "", one.route ?? "", one.state, bytes(one.bytes ?? 0)]), "No stored response is affected.")));
  } catch (error) { refused(error); }
});
byId("purge-now").addEventListener("click", async () => {
  if (rehearsed === null) return;
  try {
    const done = await ask("purge", rehearsed);
    reset();
    byId("purged").replaceChildren(element("p", { class: "hit" }, `Purged ${done.soft ? "softly" : "hard"} at ${clock(done.at)}.`));
    showTags();
  } catch (error) { refused(error); }
});

// Keys

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = { "/": "filter", e: "explain-url", x: "purge-value" }[event.key];
  if (target) { event.preventDefault(); byId(target).focus(); }
  else if (event.key === "p") pause();
});

function startLive() {
  listen();
  repeat(async () => showFigures(await ask("stats")), EVERY);
  repeat(showOrigins, SLOWLY);
  repeat(showTags, SLOWLY);
}

async function start() {
  reset();
  const facts = await ask("console.json");
  if (facts.live) startLive();
  else startStack(facts);
}

document.addEventListener("DOMContentLoaded", () => start().catch((error) => {
  byId("connection").textContent = error.message;
  byId("connection").className = "off";
}));
