import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forgetDraft, keepDraft, keptDraft } from "./drafts";

const draft = { text: "format = 1\n", follows: "ab12", at: "2026-01-02T03:04:05Z" };

beforeEach(() => {
  localStorage.clear();
});

afterEach(() => {
  vi.restoreAllMocks();
});

it("keeps drafts apart by name, and forgets one of them", () => {
  expect(keepDraft("a", draft)).toBe(true);
  expect(keepDraft("b", { ...draft, text: "other", follows: null })).toBe(true);
  expect(keptDraft("a")).toEqual(draft);
  forgetDraft("a");
  expect(keptDraft("a")).toBeNull();
  expect(keptDraft("b")?.text).toBe("other");
});

it("keeps the newest", () => {
  keepDraft("a", draft);
  keepDraft("a", { ...draft, text: "newer" });
  expect(keptDraft("a")?.text).toBe("newer");
});

it("takes nothing for a draft that is none", () => {
  localStorage.setItem("millwright.library-drafts", JSON.stringify({ a: { text: 1, follows: null, at: "" } }));
  expect(keptDraft("a")).toBeNull();
});

it("says when a draft is not kept", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(keepDraft("a", draft)).toBe(false);
});
