import { frozen, Memory } from "./memory.js";
import { problemOf } from "./problem.js";
import type { Session } from "./session.js";

/** One request, as the rest of the client describes it. */
export interface Asked {
  readonly method: string;
  /** Below `/api/v1`, with its query. */
  readonly address: string;
  readonly body?: unknown;
  readonly ifMatch?: object | string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the log-in is left out. */
  readonly anonymous?: boolean;
}

export interface TransportOptions {
  /** Of the API, without a slash at its end. */
  readonly base: string;
  readonly fetch: typeof globalThis.fetch;
  /** How often a request is repeated at most, besides the repetition after a renewed log-in. */
  readonly retries: number;
  /** Milliseconds to wait at most between two tries; who is told to wait longer, fails at once. */
  readonly maxWait: number;
  readonly cacheSize: number;
}

const FIRST_PAUSE = 250; // milliseconds after a lost answer; doubled each time

/** Sends requests: with the log-in, again where that is safe, and with what it remembers. */
export class Transport {
  readonly memory: Memory;
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.memory = new Memory(options.cacheSize);
  }

  /**
   * The data of the answer: JSON, text, or undefined for none.
   *
   * @throws NexusProblem for every answer that is not a success.
   */
  async ask(asked: Asked, session: Session | string | null): Promise<unknown> {
    const [known, keep] = this.memory.open(asked.address);
    const headers = this.#headers(asked);
    if (asked.method === "GET" && known) headers.set("If-None-Match", known.etag);
    const response = await this.#authorized(asked, headers, session);
    if (response.status === 304 && known) {
      keep(known.data, known.etag); // looked at last, so forgotten last
      return known.data;
    }
    if (!response.ok) throw await problemOf(response);
    const data = await dataOf(response);
    const etag = response.headers.get("ETag");
    if (typeof data === "object" && data !== null && etag) {
      this.memory.tag(data, etag);
      if (asked.method === "GET") keep(data, etag);
    }
    return data;
  }

  #headers(asked: Asked): Headers {
    const headers = new Headers({ Accept: "application/json, text/markdown, application/problem+json" });
    if (asked.body !== undefined && !(asked.body instanceof FormData)) {
      headers.set("Content-Type", "application/json");
    }
    if (asked.idempotencyKey) headers.set("Idempotency-Key", asked.idempotencyKey);
    if (asked.ifMatch !== undefined) headers.set("If-Match", this.#etag(asked.ifMatch));
    return headers;
  }

  #etag(given: object | string): string {
    const etag = typeof given === "string" ? given : this.memory.etagOf(given);
    if (etag === undefined) {
      throw new TypeError("ifMatch: this came without an ETag. Read it with get() first.");
    }
    return etag;
  }

  async #authorized(
    asked: Asked,
    headers: Headers,
    session: Session | string | null,
  ): Promise<Response> {
    if (session === null) return this.#patiently(asked, headers);
    const own = typeof session === "string"; // a personal token has no successor
    const access = own ? session : await abortable(session.access(), asked.signal);
    if (access === null) return this.#patiently(asked, headers);
    headers.set("Authorization", `Bearer ${access}`);
    const response = await this.#patiently(asked, headers);
    if (own || response.status !== 401) return response;
    const problem = await problemOf(response);
    if (problem.code !== "token_refused") throw problem;
    const successor = await abortable(session.renew(access), asked.signal);
    if (successor === null) throw problem;
    headers.set("Authorization", `Bearer ${successor}`);
    return this.#patiently(asked, headers);
  }

  /** Send it, and again after a lost answer, 429 or 503, where that cannot do it twice. */
  async #patiently(asked: Asked, headers: Headers): Promise<Response> {
    const { base, fetch, retries } = this.#options;
    const { method, body, signal } = asked;
    const repeatable = method === "GET" || method === "PUT" || asked.idempotencyKey !== undefined;
    const init: RequestInit = { method, headers };
    if (signal) init.signal = signal;
    if (body !== undefined) init.body = body instanceof FormData ? body : JSON.stringify(body);
    for (let tries = 0; ; tries += 1) {
      const last = tries >= retries;
      let pause = FIRST_PAUSE * 2 ** tries;
      try {
        const response = await fetch(base + asked.address, init);
        const wait = this.#wait(response, repeatable);
        if (last || wait === null) return response;
        await response.body?.cancel();
        pause = wait;
      } catch (error) {
        if (last || !repeatable || signal?.aborted) throw error;
      }
      await sleep(pause, signal);
    }
  }

  /** Milliseconds after which to ask again, or null: this answer stands. */
  #wait(response: Response, repeatable: boolean): number | null {
    const { status, headers } = response;
    if (status !== 429 && !(status === 503 && repeatable)) return null;
    const wait = Number(headers.get("Retry-After") ?? Number.NaN) * 1000;
    return wait >= 0 && wait <= this.#options.maxWait ? wait : null;
  }
}

async function dataOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const type = response.headers.get("Content-Type") ?? "";
  return type.includes("json") ? frozen<unknown>(await response.json()) : response.text();
}

/** Wait for a promise that others wait for too: who gives up, does not end it for them. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await abortable(
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
      }),
      signal,
    );
  } finally {
    clearTimeout(timer);
  }
}

