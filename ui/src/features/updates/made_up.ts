/** Views of updates for tests: what the engine says of an installation, with what a test is about. */

import type { OfferView, PastUpdateView, UpdatesView } from "$backend/generated/commands";

export const offer: OfferView = {
  version: "0.9.1",
  notes: "Mends plans.\n\n- <img src=x onerror=alert(1)>\n- Runs are faster",
  published: "2026-11-20T08:00:00Z",
  expires: "2026-12-20T08:00:00Z",
  size_bytes: 41_943_040,
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  server: "releases.example.org",
  signed_by: "primary, 1A2B3C4D5E6F7081",
  did_not_come_up_at: null,
  is_fetched: false,
  steps: ["Fetches the package.", "Restarts Millwright."],
};

export const installed: PastUpdateView = {
  from: "0.8.4",
  to: "0.9.0",
  notes: "Hosts can be moved.",
  at: "2026-11-02T08:15:02Z",
  fault: null,
  backup: "/data/backups/before-update.db",
};

export function madeUpView(about: Partial<UpdatesView> = {}): UpdatesView {
  return {
    version: "0.9.0",
    target: "linux-x86_64-deb",
    owner: { kind: "itself" },
    off: null,
    channel: "stable",
    is_checking: false,
    checked_at: "2026-11-22T08:00:00Z",
    check_fault: null,
    news: { kind: "current" },
    phase: { kind: "idle" },
    restarted: null,
    history: [],
    lost: null,
    ...about,
  };
}

export const offered = { news: { kind: "offered", offer } } satisfies Partial<UpdatesView>;
