/** Blacks out what looks like a credential in text that another program wrote, before it goes into a message. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, "$1 [secret]")
    .replace(/\b(token|password|secret|authorization)(["']?\s*[:=]\s*["']?)[^\s"',}]+/gi, "$1$2[secret]")
    .replace(/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?/g, "[secret]")
    .replace(/:\/\/[^/\s:@]+:[^/\s@]+@/g, "://[secret]@");
}
