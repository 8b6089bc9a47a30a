/** Bytes as the engine's messages carry them. Pure. */

const encoder = new TextEncoder();
/** `fromCharCode` takes as many arguments as the stack has room for. */
const pieceBytes = 8192;

export function bytesOfText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** One byte for each character: what a terminal says in the old form of mouse reports. */
export function bytesOfBinary(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

export function bytesOfBase64(text: string): Uint8Array {
  return bytesOfBinary(atob(text));
}

export function base64OfBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    text += String.fromCharCode(...bytes.subarray(at, at + pieceBytes));
  }
  return btoa(text);
}
