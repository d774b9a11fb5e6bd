import type { components } from "./schema.js";

/** The body of every error of the API (RFC 9457). */
export type ProblemBody = components["schemas"]["Problem"];

/** One culprit: a body field by its JSON pointer, or a query parameter by its name. */
export interface Culprit {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly code: string;
  readonly detail: string;
}

/**
 * An answer of the hub that is not a success.
 *
 * Branch on `code`, show `detail`, put each of `errors` beside its field, log `requestId`.
 */
export class NexusProblem extends Error {
  override readonly name = "NexusProblem";
  /** The HTTP status. */
  readonly status: number;
  /** Stable name of what went wrong, such as `invalid` or `not_found`. */
  readonly code: string;
  /** A sentence for a person. It may be reworded at any time. */
  readonly detail: string;
  /** The culprits of a 400, else empty. */
  readonly errors: readonly Culprit[];
  /** Finds the request in the server's log; null if something before the hub answered. */
  readonly requestId: string | null;
  /** Seconds to wait before the next try, where the hub said so. */
  readonly retryAfter: number | null;

  constructor(status: number, body: Partial<ProblemBody>, headers: Headers) {
    const detail = body.detail ?? body.title ?? `The hub answered ${status}.`;
    super(detail);
    this.status = status;
    this.code = body.code ?? "error";
    this.detail = detail;
    this.errors = (body.errors ?? []) as readonly Culprit[];
    this.requestId = body.request_id ?? headers.get("X-Request-ID");
    this.retryAfter = secondsOf(headers.get("Retry-After"));
  }

  /**
   * What is wrong at one place: the sentence for `"/title"` (a field) or `"page_size"` (a
   * parameter), or undefined if nothing is. Where only something within a field is wrong, as
   * `/topics/0` is within `"/topics"`, its sentence.
   */
  at(place: string): string | undefined {
    const within = this.errors.find((culprit) => placeOf(culprit).startsWith(`${place}/`));
    return (this.errors.find((culprit) => placeOf(culprit) === place) ?? within)?.detail;
  }

  /** All sentences by place: `{"/title": ["This field is required."]}`. */
  byPlace(): Readonly<Record<string, readonly string[]>> {
    const places: Record<string, string[]> = {};
    for (const culprit of this.errors) {
      (places[placeOf(culprit)] ??= []).push(culprit.detail);
    }
    return places;
  }
}

/** Read a refused answer. Whatever stands before the hub may have written it: any body will do. */
export async function problemOf(response: Response): Promise<NexusProblem> {
  const text = await response.text();
  return new NexusProblem(response.status, parsed(text), response.headers);
}

function parsed(text: string): Partial<ProblemBody> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}

function placeOf(culprit: Culprit): string {
  return culprit.pointer ?? culprit.parameter ?? "";
}

function secondsOf(header: string | null): number | null {
  const seconds = header === null ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
