import assert from "node:assert/strict";
import { before, test } from "node:test";
import { createNexus, memoryStorage, NexusProblem, webStorage } from "@nexus-hub/client";
import type { Nexus, TokenStorage } from "@nexus-hub/client";
import { HUB, noting, PASSWORD, unique } from "./hub.js";

const REFRESH = "POST /api/v1/auth/token/refresh/ 200";
let email: string; // somebody of this file's own: log-ins are limited per address

before(async () => {
  email = `${unique("typed").replace(" ", "-")}@example.org`;
  const account = { email, password: PASSWORD, display_name: "Tyra Typed", track: "FRONTEND" } as const;
  const me = await createNexus({ baseUrl: HUB }).register(account);
  assert.equal(me.email, email);
});

async function somebody(storage: TokenStorage, notes: string[] = [], ended: string[] = []): Promise<Nexus> {
  const nexus = createNexus({
    baseUrl: HUB,
    storage,
    fetch: noting(notes),
    onLoggedOut: (reason) => ended.push(reason),
  });
  await nexus.logIn({ email, password: PASSWORD });
  notes.length = 0;
  return nexus;
}

/** As if fifteen minutes had passed: the hub takes this access token no more. */
async function expire(storage: TokenStorage, expiresAt = Number.MAX_SAFE_INTEGER): Promise<void> {
  const tokens = await storage.get();
  assert.ok(tokens);
  await storage.set({ ...tokens, access: `${tokens.access}x`, expiresAt });
}

test("a wrong password is a problem, not a log-in", async () => {
  const nexus = createNexus({ baseUrl: HUB });
  const refusal = await nexus.logIn({ email, password: "wrong" }).catch((error: unknown) => error);
  assert.ok(refusal instanceof NexusProblem);
  assert.equal(refusal.code, "invalid_credentials");
  assert.equal(await nexus.isLoggedIn(), false);
});

test("parallel requests with an expired token renew it once", async () => {
  const storage = memoryStorage();
  const notes: string[] = [];
  const nexus = await somebody(storage, notes);
  await expire(storage);
  const all = await Promise.all(Array.from({ length: 8 }, () => nexus.me()));
  assert.ok(all.every((me) => me.email === email));
  assert.equal(notes.filter((note) => note === REFRESH).length, 1);
  assert.ok(notes.includes("GET /api/v1/me/ 401"));
});

test("a token that is about to expire is renewed before it is refused", async () => {
  const storage = memoryStorage();
  const notes: string[] = [];
  const nexus = await somebody(storage, notes);
  await expire(storage, Date.now() + 1000);
  await nexus.me();
  assert.deepEqual(notes, [REFRESH, "GET /api/v1/me/ 200"]);
});

test("two clients that share a storage stay logged in together", async () => {
  const kept = new Map<string, string>();
  const shared = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const ended: string[] = [];
  const one = await somebody(webStorage(shared), [], ended);
  const two = createNexus({
    baseUrl: HUB,
    storage: webStorage(shared),
    onLoggedOut: (reason) => ended.push(reason),
  });
  for (let round = 0; round < 2; round += 1) {
    await expire(webStorage(shared));
    const answers = await Promise.all([one.me(), two.me(), one.me(), two.me()]);
    assert.ok(answers.every((me) => me.email === email));
  }
  assert.deepEqual(ended, []);
});

test("a log-in that the hub has ended is over, and says so once", async () => {
  const storage = memoryStorage();
  const ended: string[] = [];
  const nexus = await somebody(storage, [], ended);
  const refresh = (await storage.get())?.refresh;
  await createNexus({ baseUrl: HUB }).post("/auth/logout/", { body: { refresh: refresh ?? "" } });
  await expire(storage);
  const refusals = await Promise.all(
    [nexus.me(), nexus.me()].map((asked) => asked.catch((error: unknown) => error)),
  );
  for (const refusal of refusals) {
    assert.ok(refusal instanceof NexusProblem);
    assert.equal(refusal.code, "token_refused");
  }
  assert.deepEqual(ended, ["refused"]);
  assert.equal(await nexus.isLoggedIn(), false);
});

test("logging out forgets here and ends it there", async () => {
  const storage = memoryStorage();
  const ended: string[] = [];
  const nexus = await somebody(storage, [], ended);
  const tokens = await storage.get();
  assert.ok(tokens);
  await nexus.logOut();
  assert.equal(await storage.get(), null);
  assert.deepEqual(ended, ["asked"]);
  await assert.rejects(nexus.me(), { code: "not_authenticated" });
  await assert.rejects(createNexus({ baseUrl: HUB, token: tokens.access }).me(), {
    code: "token_refused",
  });
});

test("a personal token is sent as it is, and never renewed", async () => {
  const notes: string[] = [];
  const nexus = createNexus({ baseUrl: HUB, token: "nxs_nobody-made-this", fetch: noting(notes) });
  await assert.rejects(nexus.me(), NexusProblem);
  assert.deepEqual(notes, ["GET /api/v1/me/ 401"]);
});
