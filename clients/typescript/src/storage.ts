/** What a logged-in client keeps. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  /** When `access` expires: milliseconds by this machine's own clock. */
  readonly expiresAt: number;
}

type Eventually<T> = T | Promise<T>;

/** Where tokens are kept. Clients that share one are logged in and out together. */
export interface TokenStorage {
  get(): Eventually<Tokens | null>;
  set(tokens: Tokens): Eventually<void>;
  clear(): Eventually<void>;
}

/** Keeps tokens until the page or process ends. The default, and the safest. */
export function memoryStorage(): TokenStorage {
  let kept: Tokens | null = null;
  return {
    get: () => kept,
    set: (tokens) => {
      kept = tokens;
    },
    clear: () => {
      kept = null;
    },
  };
}

/** The part of `localStorage` and `sessionStorage` that is needed. */
export type WebStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/**
 * Keeps tokens in `localStorage`, so that a reload or a second tab is logged in too.
 *
 * Every script of the page can read them: use it only where you trust all of them.
 */
export function webStorage(
  storage: WebStorage = globalThis.localStorage,
  key = "nexus.tokens",
): TokenStorage {
  return {
    get: () => tokensIn(storage.getItem(key)),
    set: (tokens) => storage.setItem(key, JSON.stringify(tokens)),
    clear: () => storage.removeItem(key),
  };
}

function tokensIn(text: string | null): Tokens | null {
  try {
    const found: unknown = JSON.parse(text ?? "null");
    return isTokens(found) ? found : null;
  } catch {
    return null; // somebody else's value under our key
  }
}

function isTokens(found: unknown): found is Tokens {
  return (
    typeof found === "object" &&
    found !== null &&
    "access" in found &&
    typeof found.access === "string" &&
    "refresh" in found &&
    typeof found.refresh === "string" &&
    "expiresAt" in found &&
    typeof found.expiresAt === "number"
  );
}
