/** The hub that the tests meet: a real one with the demo's people, at NEXUS_URL. */

import { createNexus } from "@nexus-hub/client";
import type { Nexus, NexusOptions } from "@nexus-hub/client";

export const HUB = process.env["NEXUS_URL"] ?? "http://localhost:8000";
export const PASSWORD = "nexus-demo-2026";

export type Who = "learner" | "frontend" | "curator";
type Options = Omit<NexusOptions, "baseUrl">;

export async function loggedIn(who: Who, options: Options = {}): Promise<Nexus> {
  const nexus = createNexus({ baseUrl: HUB, ...options });
  await nexus.logIn({ email: `${who}@nexus.demo`, password: PASSWORD });
  return nexus;
}

/** A fetch that notes what was asked and answered: "GET /api/v1/me/ 200". */
export function noting(notes: string[], inner: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const response = await inner(input, init);
    const { pathname } = new URL(String(input));
    notes.push(`${init?.method ?? "GET"} ${pathname} ${response.status}`);
    return response;
  };
}

/** Words that no other run has used. */
export function unique(words: string): string {
  return `${words} ${Date.now()}-${Math.random().toString(36).slice(2)}`;
}
