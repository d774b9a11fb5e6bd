/** Answers with their ETags: what makes a second look cheap and `If-Match` easy. */

interface Kept {
  readonly etag: string;
  readonly data: object;
}

/** Remembers the answers to the addresses asked for last, at most `size` of them. */
export class Memory {
  readonly #size: number;
  readonly #etags = new WeakMap<object, string>();
  #kept = new Map<string, Kept>();

  constructor(size: number) {
    this.#size = size;
  }

  clear(): void {
    // A new map: an answer that is still under way lands in the old one, which nobody reads.
    this.#kept = new Map();
  }

  /** The last answer from an address, and a function that keeps its successor. */
  open(address: string): [Kept | undefined, (data: object, etag: string) => void] {
    const kept = this.#kept;
    const found = kept.get(address);
    return [
      found,
      (data, etag) => {
        kept.delete(address);
        kept.set(address, { etag, data });
        const oldest = kept.size > this.#size ? kept.keys().next().value : undefined;
        if (oldest !== undefined) kept.delete(oldest);
      },
    ];
  }

  /** Note the ETag that came with an answer. */
  tag(data: object, etag: string): void {
    this.#etags.set(data, etag);
  }

  etagOf(data: object): string | undefined {
    return this.#etags.get(data);
  }
}

/** Freeze an answer through and through: many callers may get the same object. */
export function frozen<T>(data: T): T {
  if (typeof data === "object" && data !== null && !Object.isFrozen(data)) {
    Object.values(data).forEach(frozen);
    Object.freeze(data);
  }
  return data;
}
