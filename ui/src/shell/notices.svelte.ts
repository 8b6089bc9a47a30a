/** What the technician was told: toasts while they are fresh, the notification centre afterwards. */

import { faultOf, type Fault } from "$backend/errors";

export interface NoticeAction {
  label: string;
  href?: string;
  onclick?: () => void;
}

export interface Notice {
  id: number;
  at: string;
  /** What happened, if it went well. */
  text: string;
  /** What went wrong, if it did not. */
  fault: Fault | null;
  /** Nothing went wrong, and nothing goes on without a person. */
  waits: boolean;
  action: NoticeAction | null;
}

const successMilliseconds = 5000;
const kept = 100;

let next = 1;
let all = $state.raw<readonly Notice[]>([]);
let toasts = $state.raw<readonly Notice[]>([]);
let unread = $state(0);

export const notices = {
  /** Newest first. */
  get all(): readonly Notice[] {
    return all;
  },
  /** Those that stand on the screen. */
  get toasts(): readonly Notice[] {
    return toasts;
  },
  get unread(): number {
    return unread;
  },

  /** Something went well: stands for five seconds. The answer names the notice. */
  succeeded(text: string, action: NoticeAction | null = null): number {
    const notice = add(text, null, action);
    setTimeout(() => {
      notices.dismiss(notice.id);
    }, successMilliseconds);
    return notice.id;
  },

  /** Something waits for a person: stands until it is closed. */
  waits(text: string, action: NoticeAction): void {
    add(text, null, action, true);
  },

  /** Something failed: stands until it is closed, and can be copied. */
  failed(thrown: unknown, action: NoticeAction | null = null): void {
    const fault = faultOf(thrown);
    // The same failure again is the same notice: a dead link must not fill the screen.
    const known = toasts.find((toast) => toast.fault?.code === fault.code && toast.fault.message === fault.message);
    if (known) notices.dismiss(known.id);
    add(fault.message, fault, action);
  },

  dismiss(id: number): void {
    toasts = toasts.filter((toast) => toast.id !== id);
  },

  /** What a notice offered is done: it does not offer it any more. */
  settle(id: number): void {
    const settled = (list: readonly Notice[]): readonly Notice[] =>
      list.map((notice) => (notice.id === id ? { ...notice, action: null } : notice));
    all = settled(all);
    toasts = settled(toasts);
  },

  read(): void {
    unread = 0;
  },

  clear(): void {
    all = [];
    toasts = [];
    unread = 0;
  },
};

function add(text: string, fault: Fault | null, action: NoticeAction | null, waits = false): Notice {
  const notice = { id: next++, at: new Date().toISOString(), text, fault, action, waits };
  all = [notice, ...all].slice(0, kept);
  toasts = [...toasts, notice].slice(-4);
  unread += 1;
  return notice;
}
