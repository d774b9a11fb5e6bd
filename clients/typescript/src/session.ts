import { NexusProblem } from "./problem.js";
import type { Tokens, TokenStorage } from "./storage.js";

/** A pair as the hub hands it out. */
export interface TokenPair {
  readonly access: string;
  readonly refresh: string;
}

/** Why nobody is logged in any more. */
export type LoggedOutReason = "asked" | "refused";

const EARLY = 30_000; // milliseconds before its end from which an access token is renewed
const UNKNOWN_LIFE = 60_000; // milliseconds, for a token that does not tell

/** Keeps one log-in alive: renews its tokens once for all who wait, and says when it is over. */
export class Session {
  readonly #storage: TokenStorage;
  readonly #exchange: (refresh: string) => Promise<TokenPair>;
  readonly #ended: (reason: LoggedOutReason) => void;
  #renewing: Promise<string | null> | null = null;

  constructor(
    storage: TokenStorage,
    exchange: (refresh: string) => Promise<TokenPair>,
    ended: (reason: LoggedOutReason) => void,
  ) {
    this.#storage = storage;
    this.#exchange = exchange;
    this.#ended = ended;
  }

  async start(pair: TokenPair): Promise<void> {
    await this.#storage.set({ ...pair, expiresAt: Date.now() + lifeOf(pair.access) });
  }

  /** Forget the tokens; returns the refresh token, if there was one. */
  async end(reason: LoggedOutReason): Promise<string | null> {
    const tokens = await this.#storage.get();
    await this.#storage.clear();
    if (tokens) this.#ended(reason);
    return tokens?.refresh ?? null;
  }

  async isAlive(): Promise<boolean> {
    return (await this.#storage.get()) !== null;
  }

  /** The access token to send, renewed if it is about to expire; null if nobody is logged in. */
  async access(): Promise<string | null> {
    const tokens = await this.#storage.get();
    if (!tokens || Date.now() < tokens.expiresAt - EARLY) return tokens?.access ?? null;
    try {
      return await this.renew(tokens.access);
    } catch {
      return tokens.access; // no answer to that now; the hub has the last word on this token
    }
  }

  /** The successor of a token that was refused; null if the log-in is over. */
  renew(refused: string): Promise<string | null> {
    this.#renewing ??= this.#renew(refused).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew(refused: string): Promise<string | null> {
    const tokens = await this.#storage.get();
    if (!tokens) return null;
    if (tokens.access !== refused) return tokens.access; // renewed meanwhile, by another tab too
    try {
      const pair = await this.#exchange(tokens.refresh);
      // Whoever logged out, in or renewed while we waited, knows better than this answer.
      if (await this.#keeps(tokens)) await this.start(pair);
    } catch (error) {
      if (!(error instanceof NexusProblem) || error.status !== 401) throw error;
      if (await this.#keeps(tokens)) await this.end("refused");
    }
    return (await this.#storage.get())?.access ?? null;
  }

  async #keeps(tokens: Tokens): Promise<boolean> {
    return (await this.#storage.get())?.refresh === tokens.refresh;
  }
}

/**
 * How long a fresh access token lives, in milliseconds.
 *
 * Counted from its own issue, so that a wrong clock here neither hurries nor delays renewal.
 */
function lifeOf(access: string): number {
  try {
    const payload = (access.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { exp, iat } = JSON.parse(atob(payload)) as { exp?: number; iat?: number };
    if (exp !== undefined && iat !== undefined) return (exp - iat) * 1000;
  } catch {
    // Not readable, so not for us to read.
  }
  return UNKNOWN_LIFE;
}
