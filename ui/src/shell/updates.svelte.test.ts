import { fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, expect, test, vi } from "vitest";
import UpdatedBand from "./UpdatedBand.svelte";
import UpdateLink from "./UpdateLink.svelte";
import { updateNotes } from "./updates.svelte";

afterEach(() => {
  updateNotes.line = null;
  updateNotes.justUpdated = null;
});

test("the rail has a line only while there is something to know, and it leads there", () => {
  const { unmount } = render(UpdateLink);
  expect(screen.queryByRole("link")).toBeNull();
  unmount();
  updateNotes.line = { text: "Update to 0.9.1", tone: "neutral", href: "#/settings/updates" };
  render(UpdateLink);
  expect(screen.getByRole("link", { name: "Update to 0.9.1" }).getAttribute("href")).toBe("#/settings/updates");
});

test("what changed can be read as text, and only a dismissal says that it was seen", async () => {
  const seen = vi.fn();
  updateNotes.justUpdated = { from: "0.9.0", to: "0.9.1", notes: "- <b>Faster</b> runs", seen };
  render(UpdatedBand);
  expect(screen.getByRole("status").textContent).toContain("Millwright was updated from 0.9.0 to 0.9.1.");
  await fireEvent.click(screen.getByRole("button", { name: "What changed" }));
  expect(await screen.findByText("<b>Faster</b> runs")).toBeTruthy();
  expect(seen).not.toHaveBeenCalled();
  await fireEvent.click(screen.getByRole("button", { name: "Dismiss", hidden: true }));
  expect(seen).toHaveBeenCalledOnce();
});
