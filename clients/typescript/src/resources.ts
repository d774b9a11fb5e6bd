import type { Caller } from "./client.js";
import type { components, operations } from "./schema.js";
import type { ChangeOptions, CreateOptions, RequestOptions } from "./typing.js";

type Schemas = components["schemas"];
export type Learning = Schemas["Learning"];
export type Challenge = Schemas["Challenge"];
export type Solution = Schemas["Solution"];
export type Topic = Schemas["Topic"];
export type User = Schemas["User"];
export type Revision = Schemas["Revision"];

/** One page of a list. */
export interface Page<Row> {
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Row[];
  /** With `page` only. Exact up to 10,000. */
  readonly count?: number;
  /** With `page` only: false where there are more than `count`. */
  readonly count_exact?: boolean;
}

/** What stands in place of a reference after `expand`. */
interface Expansions {
  readonly author: User;
  readonly topics: readonly Topic[];
  readonly solutions: readonly Solution[];
}
type Expandable = keyof Expansions;

/** A row with its expansions `X`. */
type Expanded<Row, X extends Expandable> = [X] extends [never]
  ? Row
  : Omit<Row, X> & Pick<Expansions, X>;

/** A row with its expansions `X`, trimmed to its fields `F`. */
export type Shaped<Row, X extends Expandable, F extends PropertyKey> = Pick<
  Expanded<Row, X>,
  F & keyof Expanded<Row, X>
>;

/** What of each row is wanted: `fields` trims it, `expand` embeds full objects. */
export interface Shape<Row, X extends Expandable, F extends PropertyKey> {
  readonly expand?: readonly X[] | undefined;
  readonly fields?: readonly (F & keyof Expanded<Row, X>)[] | undefined;
}

type Every<Row, X extends Expandable> = keyof Expanded<Row, X>;
type QueryIn<Id extends keyof operations> = operations[Id] extends {
  readonly parameters: { readonly query?: infer Query };
}
  ? Omit<NonNullable<Query>, "author" | "fields" | "expand" | "cursor">
  : object;

interface Filters {
  /** A user's id, or `"me"` for your own entries: drafts too. */
  readonly author?: number | "me";
}
export type LearningFilters = QueryIn<"listLearnings"> & Filters;
export type ChallengeFilters = QueryIn<"listChallenges"> & Filters;
export type SolutionFilters = QueryIn<"listSolutions"> & Filters;

/** Learnings, challenges or solutions. `X` is what they can expand. */
export class Entries<
  Entry extends { readonly id: number },
  Write,
  Change,
  Query extends object,
  X extends Expandable,
> {
  readonly #call: Caller;
  readonly #at: string;

  constructor(call: Caller, at: string) {
    this.#call = call;
    this.#at = at;
  }

  /** One page, newest first: what is published, unless `author` or `status` asks for more. */
  list<E extends X = never, F extends Every<Entry, E> = Every<Entry, E>>(
    query?: Query & Shape<Entry, E, F>,
    options?: RequestOptions,
  ): Promise<Page<Shaped<Entry, E, F>>> {
    return this.#call.send("GET", this.#at, { query, ...options });
  }

  /** All rows, page after page: `for await (const row of … .iterate())`. */
  iterate<E extends X = never, F extends Every<Entry, E> = Every<Entry, E>>(
    query?: Query & Shape<Entry, E, F>,
    options?: RequestOptions,
  ): AsyncGenerator<Shaped<Entry, E, F>, void, undefined> {
    return this.#call.rows(this.#at, query, options);
  }

  /** The page after another, for a "Load more" button; null after the last. */
  async next<Row>(page: Page<Row>, options?: RequestOptions): Promise<Page<Row> | null> {
    return page.next === null ? null : this.#call.page<Row>(this.#at, page.next, options);
  }

  get<E extends X = never, F extends Every<Entry, E> = Every<Entry, E>>(
    id: number,
    shape?: Shape<Entry, E, F>,
    options?: RequestOptions,
  ): Promise<Shaped<Entry, E, F>> {
    return this.#call.send("GET", this.#one(id), { query: shape, ...options });
  }

  /** Save a draft. Sent again after a lost answer, without ever making two. */
  create(body: Write, options?: CreateOptions): Promise<Entry> {
    return this.#call.send("POST", this.#at, {
      body,
      idempotencyKey: uniqueKey(),
      ...options,
    });
  }

  /**
   * Change some fields. Where the entry is published and yours, the answer is a proposed revision:
   * `isRevision(answer)` tells. With `ifMatch`, a change by somebody else is a 412.
   */
  update(id: number, body: Change, options?: ChangeOptions): Promise<Entry | Revision> {
    return this.#call.send("PATCH", this.#one(id), { body, ...options });
  }

  /** Discard a draft, or what was rejected or retracted. */
  delete(id: number, options?: ChangeOptions): Promise<undefined> {
    return this.#call.send("DELETE", this.#one(id), { ...options });
  }

  submit(id: number, options?: ChangeOptions): Promise<Entry> {
    return this.#call.send("POST", `${this.#one(id)}submit/`, { ...options });
  }

  publish(id: number, options?: ChangeOptions): Promise<Entry> {
    return this.#call.send("POST", `${this.#one(id)}publish/`, { ...options });
  }

  reject(id: number, reason: string, options?: ChangeOptions): Promise<Entry> {
    return this.#call.send("POST", `${this.#one(id)}reject/`, { body: { reason }, ...options });
  }

  retract(id: number, options?: ChangeOptions): Promise<Entry> {
    return this.#call.send("POST", `${this.#one(id)}retract/`, { ...options });
  }

  vote(id: number, options?: RequestOptions): Promise<undefined> {
    return this.#call.send("PUT", `${this.#one(id)}vote/`, { ...options });
  }

  unvote(id: number, options?: RequestOptions): Promise<undefined> {
    return this.#call.send("DELETE", `${this.#one(id)}vote/`, { ...options });
  }

  bookmark(id: number, options?: RequestOptions): Promise<undefined> {
    return this.#call.send("PUT", `${this.#one(id)}bookmark/`, { ...options });
  }

  unbookmark(id: number, options?: RequestOptions): Promise<undefined> {
    return this.#call.send("DELETE", `${this.#one(id)}bookmark/`, { ...options });
  }

  #one(id: number): string {
    return `${this.#at}${id}/`;
  }
}

export type Learnings = Entries<
  Learning,
  Schemas["LearningWrite"],
  Schemas["LearningChange"],
  LearningFilters,
  "author" | "topics"
>;
export type Challenges = Entries<
  Challenge,
  Schemas["ChallengeWrite"],
  Schemas["ChallengeChange"],
  ChallengeFilters,
  "author" | "topics" | "solutions"
>;

/** Solutions, which can be accepted too. */
export class Solutions extends Entries<
  Solution,
  Schemas["SolutionWrite"],
  Schemas["SolutionChange"],
  SolutionFilters,
  "author" | "topics"
> {
  readonly #call: Caller;

  constructor(call: Caller, at: string) {
    super(call, at);
    this.#call = call;
  }

  /** Make it the one accepted solution of its challenge. */
  accept(id: number, options?: ChangeOptions): Promise<Solution> {
    return this.#call.send("POST", `/solutions/${id}/accept/`, { ...options });
  }

  unaccept(id: number, options?: ChangeOptions): Promise<unknown> {
    return this.#call.send("DELETE", `/solutions/${id}/accept/`, { ...options });
  }
}

/** Whether a change waits for a curator: what was published stays until then. */
export function isRevision(answer: object): answer is Revision {
  return "entry" in answer && "changes" in answer;
}

/** 128 random bits. `randomUUID` would need HTTPS, which a server in the next room may lack. */
function uniqueKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
