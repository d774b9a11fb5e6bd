/** What the types of `schema.ts` say about one operation. No code in here. */

import type { paths } from "./schema.js";

export type Method = "get" | "post" | "put" | "patch" | "delete";
export type Path = keyof paths;

/** The addresses that know a method. */
export type PathWith<M extends Method> = {
  [P in Path]: paths[P] extends Readonly<Record<M, object>> ? P : never;
}[Path];

/** The operation behind a method and an address. */
export type Operation<M extends Method, P extends PathWith<M>> = paths[P] extends Readonly<
  Record<M, infer O>
>
  ? O
  : never;

type Parameter<O, Where extends string> = O extends {
  readonly parameters: { readonly [W in Where]?: infer Found };
}
  ? Exclude<Found, undefined>
  : never;

/** The query parameters of an operation. */
export type QueryOf<O> = Parameter<O, "query">;

type JsonOf<Content> = Content extends { readonly "application/json": infer Json }
  ? Json
  : Content extends { readonly "multipart/form-data": unknown }
    ? FormData
    : never;

/** The body that an operation takes. */
export type BodyOf<O> = O extends { readonly requestBody?: infer Body }
  ? Exclude<Body, undefined> extends { readonly content: infer Content }
    ? JsonOf<Content>
    : never
  : never;

type ContentOf<R> = R extends { content: infer Content }
  ? [Content] extends [never]
    ? undefined
    : Content[keyof Content]
  : undefined;

/** What an operation answers when it succeeds; undefined where that is nothing. */
export type AnswerOf<O> = O extends { readonly responses: infer Responses }
  ? {
      [S in keyof Responses]: S extends 200 | 201 | 202 | 204 ? ContentOf<Responses[S]> : never;
    }[keyof Responses]
  : never;

/** The rows of an operation that answers with pages. */
export type RowOf<O> = AnswerOf<O> extends { readonly results: readonly (infer Row)[] }
  ? Row
  : never;

/** The addresses that answer with pages. */
export type ListPath = {
  [P in PathWith<"get">]: [RowOf<Operation<"get", P>>] extends [never] ? never : P;
}[PathWith<"get">];

/** What can be said along with any request. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What can be said along with a change. */
export interface ChangeOptions extends RequestOptions {
  /** Refuse (412) if somebody changed it since: what was read, or its ETag. */
  readonly ifMatch?: object | string | undefined;
}

/** What can be said along with a creation. */
export interface CreateOptions extends RequestOptions {
  /** Made for you; say your own to repeat a creation after a reload without making two. */
  readonly idempotencyKey?: string | undefined;
}

type PathPart<O> = [Parameter<O, "path">] extends [never]
  ? unknown
  : { readonly path: Parameter<O, "path"> };
type QueryPart<O> = [QueryOf<O>] extends [never] ? unknown : { readonly query?: QueryOf<O> };
type BodyPart<O> = [BodyOf<O>] extends [never] ? unknown : { readonly body: BodyOf<O> };

/** All that goes into a request. */
export type Input<O> = PathPart<O> & QueryPart<O> & BodyPart<O> & ChangeOptions & CreateOptions;

/** The input as arguments: it may be left out where nothing in it is required. */
export type InputArguments<O> = object extends Input<O> ? [input?: Input<O>] : [input: Input<O>];
