import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRevision, NexusProblem } from "@nexus-hub/client";
import type { Challenge, Nexus, User } from "@nexus-hub/client";
import { loggedIn, noting, unique } from "./hub.js";

const notes: string[] = [];
let nexus: Nexus;
const made: number[] = [];

before(async () => {
  nexus = await loggedIn("learner", { fetch: (...asked) => noting(notes)(...asked) });
});

after(async () => {
  for (const id of made) await nexus.challenges.delete(id);
});

async function draft(): Promise<Challenge> {
  const challenge = await nexus.challenges.create({
    title: unique("CORS refuses my PATCH"),
    problem: "The preflight answers without the header.",
    topics: ["django"],
  });
  made.push(challenge.id);
  return challenge;
}

test("a list holds published challenges, newest first", async () => {
  const page = await nexus.challenges.list({ page_size: 3 });
  assert.equal(page.results.length, 3);
  assert.deepEqual(new Set(page.results.map(({ status }) => status)), new Set(["PUBLISHED"]));
  const times = page.results.map(({ published_at }) => published_at ?? "");
  assert.deepEqual(times, times.toSorted().toReversed());
});

test("iterating follows the pages to the end and meets every row once", async () => {
  const whole = (await nexus.challenges.list({ page_size: 100 })).results.map(({ id }) => id);
  const met: number[] = [];
  for await (const challenge of nexus.challenges.iterate({ page_size: 2 })) met.push(challenge.id);
  assert.deepEqual(met, whole);
  assert.ok(met.length > 4, "the demo has more than two pages of two");
});

test("the next page of a page is asked for like any other", async () => {
  const first = await nexus.challenges.list({ page_size: 2 });
  const second = await nexus.challenges.next(first);
  assert.ok(second);
  assert.ok(second.results.every(({ id }) => !first.results.some((row) => row.id === id)));
  const all = await nexus.challenges.list({ page_size: 100 });
  assert.equal(await nexus.challenges.next(all), null);
});

test("a filter by topics takes several", async () => {
  const met = new Set<string>();
  for await (const { topics } of nexus.learnings.iterate({ topic: ["django", "postgresql"] })) {
    assert.ok(topics.some(({ slug }) => slug === "django" || slug === "postgresql"));
    for (const { slug } of topics) met.add(slug);
  }
  assert.ok(met.has("django") && met.has("postgresql"));
});

test("any list can be iterated, any address be asked", async () => {
  for await (const topic of nexus.iterate("/topics/", { search: "django" })) {
    const again = await nexus.get("/topics/{slug}/", { path: { slug: topic.slug } });
    assert.equal(again.name, topic.name);
    return;
  }
  assert.fail("no topic");
});

test("fields trims what comes, and its type", async () => {
  const { results } = await nexus.challenges.list({ fields: ["id", "title"], page_size: 1 });
  const [row] = results;
  assert.ok(row);
  assert.deepEqual(Object.keys(row).toSorted(), ["id", "title"]);
  // @ts-expect-error it was not asked for
  assert.equal(row.problem, undefined);
});

test("expand embeds whole objects, and types them", async () => {
  const { results } = await nexus.challenges.list({
    expand: ["author", "topics", "solutions"],
    solved: true,
    page_size: 1,
  });
  const [row] = results;
  assert.ok(row);
  const author: User = row.author;
  assert.ok(author.joined_at);
  assert.ok(row.topics[0]?.aliases);
  assert.ok(row.solutions.some(({ accepted }) => accepted));
});

test("a created challenge is a draft of the reader's", async () => {
  const challenge = await draft();
  assert.equal(challenge.status, "DRAFT");
  const mine: number[] = [];
  for await (const { id } of nexus.challenges.iterate({ author: "me", status: "DRAFT" })) mine.push(id);
  assert.ok(mine.includes(challenge.id));
});

test("a refused form names its fields", async () => {
  const refusal = await nexus.challenges
    .create({ title: "", problem: "Something is wrong.", topics: ["no-such-topic"] })
    .catch((error: unknown) => error);
  assert.ok(refusal instanceof NexusProblem);
  assert.equal(refusal.status, 400);
  assert.equal(refusal.code, "invalid");
  assert.match(refusal.at("/title") ?? "", /blank|empty/);
  assert.equal(refusal.at("/problem"), undefined);
  assert.match(refusal.at("/topics") ?? "", /no-such-topic/, "what is wrong with an item of it");
  assert.equal(refusal.at("/topics"), refusal.at("/topics/0"));
  assert.equal(refusal.at("/topic"), undefined);
  assert.ok(refusal.byPlace()["/title"]?.length);
  assert.match(refusal.requestId ?? "", /^[A-Za-z0-9._-]{1,128}$/);
});

test("an unknown parameter is named too", async () => {
  // @ts-expect-error there is no such filter
  const refusal = await nexus.challenges.list({ colour: "red" }).catch((error: unknown) => error);
  assert.ok(refusal instanceof NexusProblem);
  assert.ok(refusal.at("colour"));
});

test("what did not change is the same object, at the price of a 304", async () => {
  const { id } = await draft();
  const first = await nexus.challenges.get(id);
  notes.length = 0;
  const second = await nexus.challenges.get(id);
  assert.equal(second, first);
  assert.deepEqual(notes, [`GET /api/v1/challenges/${id}/ 304`]);
  await nexus.challenges.update(id, { problem: "It was the origin." });
  const third = await nexus.challenges.get(id);
  assert.notEqual(third, first);
  assert.equal(third.problem, "It was the origin.");
});

test("an answer cannot be changed by whoever shares it", async () => {
  const challenge = await nexus.challenges.get((await draft()).id);
  // @ts-expect-error nor by its type
  assert.throws(() => (challenge.title = "Mine"), TypeError);
});

test("a change of what somebody changed meanwhile is refused", async () => {
  const { id } = await draft();
  const read = await nexus.challenges.get(id);
  const changed = await nexus.challenges.update(id, { title: unique("First") }, { ifMatch: read });
  assert.ok(!isRevision(changed));
  const refusal = await nexus.challenges
    .update(id, { title: unique("Second") }, { ifMatch: read })
    .catch((error: unknown) => error);
  assert.ok(refusal instanceof NexusProblem);
  assert.equal(refusal.status, 412);
  assert.equal((await nexus.challenges.get(id)).title, changed.title);
});

test("a change of a published challenge becomes a proposal", async () => {
  for await (const { id, title } of nexus.challenges.iterate({ author: "me", status: "PUBLISHED" })) {
    const answer = await nexus.challenges.update(id, { title: unique("Better words") });
    assert.ok(isRevision(answer));
    assert.equal(answer.entry, id);
    assert.equal((await nexus.challenges.get(id)).title, title);
    return;
  }
  assert.fail("the demo learner has published nothing");
});

test("a creation whose answer was lost is repeated without making two", async () => {
  let lose = true;
  const losing: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (lose && init?.method === "POST" && response.status === 201) {
      lose = false;
      await response.body?.cancel();
      throw new TypeError("fetch failed");
    }
    return response;
  };
  const unlucky = await loggedIn("frontend", { fetch: losing });
  const title = unique("Lost on the way");
  const challenge = await unlucky.challenges.create({ title, problem: "Twice?", topics: [] });
  assert.equal(lose, false);
  const found: number[] = [];
  for await (const row of unlucky.challenges.iterate({ author: "me", status: "DRAFT" })) {
    if (row.title === title) found.push(row.id);
  }
  assert.deepEqual(found, [challenge.id]);
  await unlucky.challenges.delete(challenge.id);
});

test("one key makes one challenge, even across clients", async () => {
  const idempotencyKey = unique("form").replace(" ", "-");
  const body = { title: unique("Pressed twice"), problem: "The button was slow.", topics: [] };
  const [one, two] = await Promise.all([
    nexus.challenges.create(body, { idempotencyKey }),
    nexus.challenges.create(body, { idempotencyKey }),
  ]);
  made.push(one.id);
  assert.equal(two.id, one.id);
});

test("a wrong step says why", async () => {
  const { id } = await draft();
  const refusal = await nexus.challenges.publish(id).catch((error: unknown) => error);
  assert.ok(refusal instanceof NexusProblem);
  assert.ok(refusal.status === 403 || refusal.status === 409);
});

test("voting and bookmarking answer nothing", async () => {
  const [row] = (await nexus.challenges.list({ page_size: 50 })).results.filter(
    ({ author }) => author.display_name !== "Lindiwe Learner",
  );
  assert.ok(row);
  assert.equal(await nexus.challenges.vote(row.id), undefined);
  assert.equal(await nexus.challenges.bookmark(row.id), undefined);
  assert.equal(await nexus.challenges.unbookmark(row.id), undefined);
});

test("a request can be given up, and so can a loop", async () => {
  const gone = AbortSignal.abort();
  await assert.rejects(nexus.challenges.list({}, { signal: gone }), { name: "AbortError" });
  const controller = new AbortController();
  let met = 0;
  await assert.rejects(
    async () => {
      for await (const _ of nexus.challenges.iterate({ page_size: 1 }, { signal: controller.signal })) {
        met += 1;
        controller.abort();
      }
    },
    { name: "AbortError" },
  );
  assert.equal(met, 1);
});
