// A small page without a framework or a bundler: log in, list, filter, create, show what is wrong.
import { createNexus, NexusProblem, webStorage } from "../dist/index.js";

const $ = (selector, root = document) => root.querySelector(selector);
const nexus = createNexus({
  baseUrl: new URLSearchParams(location.search).get("hub") ?? "http://localhost:8000",
  storage: webStorage(sessionStorage),
  onLoggedOut: show,
});
let page = null; // what the list shows last
let asking = null; // ends the request of a filter that has changed since

$("#log-in").addEventListener("submit", (event) =>
  sent(event, async ({ email, password }) => {
    await nexus.logIn({ email, password });
    await show();
  }),
);
$("#log-out").addEventListener("click", () => nexus.logOut());
$("#filter").addEventListener("input", () => void list());
$("#filter").addEventListener("submit", (event) => event.preventDefault());
$("#more").addEventListener("click", async () => add(await nexus.challenges.next(page)));
$("#create").addEventListener("submit", (event) =>
  sent(event, async ({ title, problem, topics }, form) => {
    const slugs = topics.split(",").map((slug) => slug.trim()).filter(Boolean);
    const draft = await nexus.challenges.create({ title, problem, topics: slugs });
    form.reset();
    $(".done", form).textContent = `Saved as draft ${draft.id}. Submit it when it is ready.`;
  }),
);
await show();

async function show() {
  const isIn = await nexus.isLoggedIn();
  $("#log-in").hidden = isIn;
  $("main").hidden = $("#who").hidden = !isIn;
  if (!isIn) return;
  $("#name").textContent = (await nexus.me()).display_name;
  await list();
  const { results } = await nexus.get("/topics/", { query: { page_size: 100 } });
  $("#topics").replaceChildren(...results.map(({ slug, name }) => new Option(name, slug)));
}

async function list() {
  asking?.abort();
  asking = new AbortController();
  const { topic, solved } = Object.fromEntries(new FormData($("#filter")));
  const query = { page_size: 5 };
  if (topic) query.topic = [topic];
  if (solved) query.solved = solved === "true";
  try {
    const first = await nexus.challenges.list(query, { signal: asking.signal });
    $("#list").replaceChildren();
    add(first);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof NexusProblem)) throw error;
    $("#list").replaceChildren(); // a topic that is not typed to its end
    add({ results: [], next: null });
  }
}

function add(more) {
  page = more;
  $("#list").append(...more.results.map(row));
  $("#more").hidden = more.next === null;
  $("#nothing").hidden = $("#list").childElementCount > 0;
}

function row({ title, author, solved, topics }) {
  const item = document.createElement("li");
  const about = topics.map(({ name }) => name).join(", ");
  item.innerHTML = `<h3></h3><p></p>`;
  $("h3", item).textContent = title; // never as HTML: it is somebody's text
  $("p", item).textContent = [author.display_name, about].filter(Boolean).join(" · ");
  if (solved) {
    const tag = Object.assign(document.createElement("span"), { className: "tag solved", textContent: "solved" });
    $("p", item).append(tag);
  }
  return item;
}

/** Send a form; put each culprit of a refusal beside its field, and the rest below. */
async function sent(event, send) {
  event.preventDefault();
  const form = event.target;
  for (const place of form.querySelectorAll(".problem, .done")) place.textContent = "";
  for (const input of form.elements) input.removeAttribute("aria-invalid");
  try {
    await send(Object.fromEntries(new FormData(form)), form);
  } catch (problem) {
    const places = problem instanceof NexusProblem ? problem.byPlace() : {};
    let isShown = false;
    for (const [at, sentences] of Object.entries(places)) {
      const field = at.split("/")[1]; // "/topics/0" is about the field of "/topics"
      const place = $(`[data-at="/${field}"]`, form);
      if (!place) continue;
      place.textContent = sentences.join(" ");
      form.elements[field]?.setAttribute("aria-invalid", "true");
      isShown = true;
    }
    if (!isShown) $('[role="alert"]', form).textContent = problem.detail ?? "The hub is out of reach.";
  }
}
