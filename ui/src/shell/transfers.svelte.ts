/** The transfers that are under way or need somebody, as the top bar shows them. The files feature fills it. */

export interface TrayTransfer {
  id: string;
  /** "web.conf to acme/prod/web-1". */
  title: string;
  href: string;
  done: number;
  /** Null where nobody knows how large it is. */
  total: number | null;
  /** Rate and time that is left, or why it does not move. */
  detail: string;
  /** It does not move and has not come to its end. */
  stands: boolean;
}

class TransferTrayStore {
  open = $state.raw<readonly TrayTransfer[]>([]);
}

export const transferTray = new TransferTrayStore();
