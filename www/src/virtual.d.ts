declare module "virtual:examples" {
  export interface Example {
    id: string;
    title: string;
    summary: string;
    /** Which of the sound files it has. */
    paths: string[];
    /** The texts that differ from the sound ones. */
    changed: Record<string, string>;
  }
  export const sound: Record<string, string>;
  export const examples: Example[];
  /** What the validator finds in the first example. */
  export const firstFindings: import("ccf-edge").Finding[];
  /** The pages of the rules of these findings, by code. */
  export const pages: Record<string, string>;
}
