import { Entries, Solutions } from "./resources.js";
import type { Challenges, Learnings, Page } from "./resources.js";
import type { components } from "./schema.js";
import { Session } from "./session.js";
import type { LoggedOutReason, TokenPair } from "./session.js";
import { memoryStorage } from "./storage.js";
import type { TokenStorage } from "./storage.js";
import { Transport } from "./transport.js";
import type { Asked } from "./transport.js";
import type {
  AnswerOf,
  InputArguments,
  ListPath,
  Operation,
  PathWith,
  QueryOf,
  RequestOptions,
  RowOf,
} from "./typing.js";

type Schemas = components["schemas"];

export interface NexusOptions {
  /** Where the hub is, such as `"http://localhost:8000"`; `""` for the page's own origin. */
  readonly baseUrl: string;
  /** Where a log-in is kept; in memory by default. */
  readonly storage?: TokenStorage;
  /** A personal token, for scripts: there is nothing to log in, to renew or to keep then. */
  readonly token?: string;
  /** Called once when a log-in is over: you asked for it, or the hub no longer takes it. */
  readonly onLoggedOut?: (reason: LoggedOutReason) => void;
  /** How often to try again after a lost answer, 429 or 503; 2 by default. */
  readonly retries?: number;
  /** Milliseconds to wait for the next try at most; 10,000 by default. */
  readonly maxWait?: number;
  /** How many answers are remembered for `If-None-Match`; 100 by default, 0 for none. */
  readonly cacheSize?: number;
  readonly fetch?: typeof globalThis.fetch;
}

interface Parts {
  readonly path?: Readonly<Record<string, string | number>> | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly ifMatch?: object | string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What resources send their requests with. */
export interface Caller {
  send<Answer>(method: string, path: string, parts: Parts): Promise<Answer>;
  rows<Row>(
    path: string,
    query?: object,
    options?: RequestOptions,
  ): AsyncGenerator<Row, void, undefined>;
  /** The page that an answer of the hub names by its whole address. */
  page<Row>(path: string, address: string, options?: RequestOptions): Promise<Page<Row>>;
}

/** A client of one hub. */
export class Nexus {
  readonly learnings: Learnings;
  readonly challenges: Challenges;
  readonly solutions: Solutions;
  readonly #transport: Transport;
  readonly #session: Session;
  readonly #token: string | undefined;

  constructor(options: NexusOptions) {
    this.#token = options.token;
    this.#transport = new Transport({
      base: `${options.baseUrl.replace(/\/+$/, "")}/api/v1`,
      // Called through a function: a browser's own fetch must not be called as a method.
      fetch: (input, init) => (options.fetch ?? globalThis.fetch)(input, init),
      retries: options.retries ?? 2,
      maxWait: options.maxWait ?? 10_000,
      cacheSize: options.cacheSize ?? 100,
    });
    this.#session = new Session(
      options.storage ?? memoryStorage(),
      (refresh) => this.#anonymously<TokenPair>("/auth/token/refresh/", { refresh }),
      (reason) => {
        this.#transport.memory.clear();
        options.onLoggedOut?.(reason);
      },
    );
    const call: Caller = {
      send: (method, path, parts) => this.#send(method, path, parts),
      rows: (path, query, given) => this.#rows(path, query, given),
      page: (path, address, given) => this.#page(path, queryOf(address), given),
    };
    this.learnings = new Entries(call, "/learnings/");
    this.challenges = new Entries(call, "/challenges/");
    this.solutions = new Solutions(call, "/solutions/");
  }

  /** Make an account. Log in with it afterwards. */
  register(account: Schemas["Registration"], options?: RequestOptions): Promise<Schemas["Me"]> {
    return this.#anonymously("/auth/register/", account, options?.signal);
  }

  async logIn(credentials: Schemas["Credentials"], options?: RequestOptions): Promise<void> {
    const pair = await this.#anonymously<TokenPair>("/auth/token/", credentials, options?.signal);
    this.#transport.memory.clear(); // what somebody else was answered
    await this.#session.start(pair);
  }

  /** Log out here at once, then at the hub too; a hub out of reach is not waited for in vain. */
  async logOut(): Promise<void> {
    const refresh = await this.#session.end("asked");
    if (refresh === null) return;
    try {
      await this.#anonymously("/auth/logout/", { refresh });
    } catch {
      // Nobody here holds the tokens any more, and at the hub they expire.
    }
  }

  /** Whether there is a log-in, or a personal token. The hub may have ended it meanwhile. */
  async isLoggedIn(): Promise<boolean> {
    return this.#token !== undefined || this.#session.isAlive();
  }

  /** Your own profile. */
  me(options?: RequestOptions): Promise<Schemas["Me"]> {
    return this.#send("GET", "/me/", { ...options });
  }

  /** Any address that can be read: `nexus.get("/users/{id}/", {path: {id: 1}})`. */
  get<P extends PathWith<"get">>(
    path: P,
    ...[input]: InputArguments<Operation<"get", P>>
  ): Promise<AnswerOf<Operation<"get", P>>> {
    return this.#send("GET", path, { ...input });
  }

  post<P extends PathWith<"post">>(
    path: P,
    ...[input]: InputArguments<Operation<"post", P>>
  ): Promise<AnswerOf<Operation<"post", P>>> {
    return this.#send("POST", path, { ...input });
  }

  put<P extends PathWith<"put">>(
    path: P,
    ...[input]: InputArguments<Operation<"put", P>>
  ): Promise<AnswerOf<Operation<"put", P>>> {
    return this.#send("PUT", path, { ...input });
  }

  patch<P extends PathWith<"patch">>(
    path: P,
    ...[input]: InputArguments<Operation<"patch", P>>
  ): Promise<AnswerOf<Operation<"patch", P>>> {
    return this.#send("PATCH", path, { ...input });
  }

  delete<P extends PathWith<"delete">>(
    path: P,
    ...[input]: InputArguments<Operation<"delete", P>>
  ): Promise<AnswerOf<Operation<"delete", P>>> {
    return this.#send("DELETE", path, { ...input });
  }

  /** The rows of any list, page after page: `nexus.iterate("/topics/", {kind: "CONCEPT"})`. */
  iterate<P extends ListPath>(
    path: P,
    query?: QueryOf<Operation<"get", P>>,
    options?: RequestOptions & { readonly path?: Readonly<Record<string, string | number>> },
  ): AsyncGenerator<RowOf<Operation<"get", P>>, void, undefined> {
    return this.#rows(filled(path, options?.path), query as object | undefined, options);
  }

  /** The ETag that something came with, for an `If-Match` of your own. */
  etagOf(answer: object): string | undefined {
    return this.#transport.memory.etagOf(answer);
  }

  async *#rows<Row>(
    path: string,
    query?: object,
    options?: RequestOptions,
  ): AsyncGenerator<Row, void, undefined> {
    for (let search: string | null = written(query); search !== null; ) {
      const page: Page<Row> = await this.#page(path, search, options);
      yield* page.results;
      search = page.next === null ? null : queryOf(page.next);
    }
  }

  #page<Row>(path: string, search: string, options?: RequestOptions): Promise<Page<Row>> {
    const asked = { method: "GET", address: path + search, signal: options?.signal };
    return this.#ask(asked) as Promise<Page<Row>>;
  }

  #send<Answer>(method: string, path: string, parts: Parts): Promise<Answer> {
    const { path: names, query, ...rest } = parts;
    const address = filled(path, names) + written(query);
    return this.#ask({ method, address, ...rest }) as Promise<Answer>;
  }

  #ask(asked: Asked): Promise<unknown> {
    return this.#transport.ask(asked, this.#token ?? this.#session);
  }

  #anonymously<Answer>(address: string, body: object, signal?: AbortSignal): Promise<Answer> {
    const asked = { method: "POST", address, body, signal };
    return this.#transport.ask(asked, null) as Promise<Answer>;
  }
}

/** Connect to a hub. Nothing is asked of it yet. */
export function createNexus(options: NexusOptions): Nexus {
  return new Nexus(options);
}

function filled(path: string, names: Readonly<Record<string, string | number>> = {}): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = names[name];
    if (value === undefined) throw new TypeError(`${path} needs path.${name}.`);
    return encodeURIComponent(value);
  });
}

/** The query as it stands in an address: lists repeat, but those of `fields` and `expand`. */
function written(query: object = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, unknown][]) {
    if (value === undefined || value === null) continue;
    if (!Array.isArray(value)) search.append(name, String(value));
    else if (name === "fields" || name === "expand") search.append(name, value.join(","));
    else for (const one of value as unknown[]) search.append(name, String(one));
  }
  const text = search.toString();
  return text && `?${text}`;
}

/**
 * The query of a whole address. The rest of it is the hub's view of where it is, which a proxy
 * may hide, and tokens go nowhere but to `baseUrl`.
 */
function queryOf(address: string): string {
  return new URL(address, "http://hub").search;
}
