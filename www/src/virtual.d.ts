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
}
