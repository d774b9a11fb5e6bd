/** What no honest hub can be made to do on time: here the answers are scripted. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createNexus, memoryStorage, NexusProblem, webStorage } from "@nexus-hub/client";
import type { Nexus, NexusOptions } from "@nexus-hub/client";

type Answer = Response | Error;
interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

function scripted(answers: Answer[], options: Partial<NexusOptions> = {}): [Nexus, Sent[]] {
  const sent: Sent[] = [];
  const nexus = createNexus({
    baseUrl: "http://hub/",
    fetch: (input, init) => {
      init?.signal?.throwIfAborted();
      sent.push({ url: String(input), method: init?.method ?? "", headers: new Headers(init?.headers) });
      const answer = answers.shift() ?? new Error("asked once too often");
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    ...options,
  });
  return [nexus, sent];
}

const BUSY = (status: number, seconds: string): Response =>
  json(status, { status, code: "busy" }, { "Retry-After": seconds });
const BODY = { title: "Once", problem: "Only once.", topics: [] };

test("429 and 503 are waited out as long as the hub says", async () => {
  const [nexus, sent] = scripted([BUSY(429, "0"), BUSY(503, "0.05"), json(200, { id: 1 })]);
  const began = performance.now();
  await nexus.challenges.get(1);
  assert.equal(sent.length, 3);
  assert.ok(performance.now() - began >= 45);
});

test("after so many tries the refusal stands", async () => {
  const [nexus, sent] = scripted([BUSY(429, "0"), BUSY(429, "0")], { retries: 1 });
  await assert.rejects(nexus.challenges.get(1), { status: 429, retryAfter: 0 });
  assert.equal(sent.length, 2);
});

test("a long wait is not waited for", async () => {
  const [nexus, sent] = scripted([BUSY(429, "3600")]);
  await assert.rejects(nexus.challenges.get(1), { retryAfter: 3600 });
  assert.equal(sent.length, 1);
});

test("a wait can be given up", async () => {
  const [nexus] = scripted([BUSY(429, "5")]);
  const began = performance.now();
  const signal = AbortSignal.timeout(30);
  await assert.rejects(nexus.challenges.get(1, {}, { signal }), { name: "TimeoutError" });
  assert.ok(performance.now() - began < 2000);
});

test("a creation keeps its key over its tries, and another has another", async () => {
  const lost = new TypeError("fetch failed");
  const [nexus, sent] = scripted([lost, json(201, { id: 1 }), json(201, { id: 2 })]);
  await nexus.challenges.create(BODY);
  await nexus.challenges.create(BODY);
  const keys = sent.map(({ headers }) => headers.get("Idempotency-Key"));
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[1], keys[2]);
  assert.match(keys[0] ?? "", /^[0-9a-f]{32}$/);
});

test("what could be done twice is not repeated", async () => {
  const lost = new TypeError("fetch failed");
  for (const answer of [lost, BUSY(503, "0")]) {
    const [nexus, sent] = scripted([answer]);
    await assert.rejects(nexus.challenges.submit(1));
    assert.equal(sent.length, 1);
  }
});

test("pages come from baseUrl, wherever the hub believes to be", async () => {
  const elsewhere = "http://internal:8000/api/v1/challenges/?cursor=abc&page_size=1";
  const [nexus, sent] = scripted(
    [json(200, { next: elsewhere, results: [{ id: 1 }] }), json(200, { next: null, results: [] })],
    { token: "t" },
  );
  for await (const _ of nexus.challenges.iterate({ page_size: 1 }));
  assert.equal(sent[1]?.url, "http://hub/api/v1/challenges/?cursor=abc&page_size=1");
});

test("lists in a query repeat; fields and expansions are joined", async () => {
  const [nexus, sent] = scripted([json(200, { next: null, results: [] })]);
  await nexus.challenges.list({ topic: ["a", "b"], fields: ["id", "title"], solved: false });
  assert.equal(
    sent[0]?.url,
    "http://hub/api/v1/challenges/?topic=a&topic=b&fields=id%2Ctitle&solved=false",
  );
});

test("304 gives the same object; the oldest are forgotten, and all at log-out", async () => {
  const etag = { ETag: '"1.abc"' };
  const storage = memoryStorage();
  await storage.set({ access: "a", refresh: "r", expiresAt: Number.MAX_SAFE_INTEGER });
  const [nexus, sent] = scripted(
    [
      json(200, { id: 1 }, etag), new Response(null, { status: 304 }), json(200, { id: 2 }, etag),
      json(200, { id: 1 }, etag), new Response(null, { status: 204 }), json(200, { id: 1 }, etag),
    ],
    { cacheSize: 1, storage },
  );
  const first = await nexus.challenges.get(1);
  assert.equal(await nexus.challenges.get(1), first);
  assert.equal(nexus.etagOf(first), '"1.abc"');
  await nexus.challenges.get(2);
  await nexus.challenges.get(1);
  await nexus.logOut();
  await nexus.challenges.get(1);
  const conditions = sent.map(({ headers }) => headers.get("If-None-Match"));
  assert.deepEqual(conditions, [null, '"1.abc"', null, null, null, null]);
});

test("If-Match takes what was read or an ETag, and nothing without one", async () => {
  const [nexus, sent] = scripted([json(200, { id: 1 }, { ETag: '"7.x"' }), json(200, {}), json(200, {})]);
  const read = await nexus.challenges.get(1);
  await nexus.challenges.update(1, { title: "A" }, { ifMatch: read });
  await nexus.challenges.update(1, { title: "B" }, { ifMatch: '"8.y"' });
  assert.deepEqual(sent.slice(1).map(({ headers }) => headers.get("If-Match")), ['"7.x"', '"8.y"']);
  await assert.rejects(nexus.challenges.update(1, { title: "C" }, { ifMatch: { id: 1 } }), TypeError);
});

test("whatever a proxy answers is a problem all the same", async () => {
  const [nexus] = scripted([new Response("<h1>Bad Gateway</h1>", { status: 502 })]);
  const refusal = await nexus.challenges.get(1).catch((error: unknown) => error);
  assert.ok(refusal instanceof NexusProblem);
  assert.deepEqual([refusal.status, refusal.code, refusal.requestId], [502, "error", null]);
});

test("a hub that cannot be reached does not log out", async () => {
  const storage = memoryStorage();
  await storage.set({ access: "a", refresh: "r", expiresAt: Number.MAX_SAFE_INTEGER });
  const [nexus] = scripted(
    [json(401, { code: "token_refused" }), new TypeError("fetch failed")],
    { storage, retries: 0 },
  );
  await assert.rejects(nexus.me(), TypeError);
  assert.equal(await nexus.isLoggedIn(), true);
});

test("a log-out while a token is renewed stays a log-out", async () => {
  const storage = memoryStorage();
  await storage.set({ access: "a", refresh: "r", expiresAt: Number.MAX_SAFE_INTEGER });
  let answer: (response: Response) => void = () => undefined;
  const slow = new Promise<Response>((resolve) => (answer = resolve));
  const nexus = createNexus({
    baseUrl: "http://hub",
    storage,
    fetch: (input) => {
      const url = String(input);
      if (url.endsWith("/refresh/")) return slow;
      if (url.endsWith("/logout/")) return Promise.resolve(new Response(null, { status: 204 }));
      return Promise.resolve(json(401, { code: "token_refused" }));
    },
  });
  const asked = nexus.me();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await nexus.logOut();
  answer(json(200, { access: "b", refresh: "s" }));
  await assert.rejects(asked, { status: 401 });
  assert.equal(await storage.get(), null);
});

test("who gives up waiting for a new token does not spoil it for others", async () => {
  const storage = memoryStorage();
  await storage.set({ access: "a", refresh: "r", expiresAt: Number.MAX_SAFE_INTEGER });
  const nexus = createNexus({
    baseUrl: "http://hub",
    storage,
    fetch: async (input, init) => {
      if (String(input).endsWith("/refresh/")) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return json(200, { access: "b", refresh: "s" });
      }
      const access = new Headers(init?.headers).get("Authorization");
      return access === "Bearer b" ? json(200, { id: 1 }) : json(401, { code: "token_refused" });
    },
  });
  const impatient = nexus.me({ signal: AbortSignal.timeout(20) });
  const patient = nexus.me();
  await assert.rejects(impatient, { name: "TimeoutError" });
  assert.equal((await patient).id, 1);
});

test("a storage with somebody else's value holds no log-in", async () => {
  for (const text of ["{", "42", '{"access": 1}', null]) {
    const storage = { getItem: () => text, setItem: () => undefined, removeItem: () => undefined };
    assert.equal(await webStorage(storage).get(), null);
  }
});
