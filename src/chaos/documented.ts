/** What is said of a parameter, a kind or a preset: in one line, and with a rule or a file that shows it. */
export interface Documented {
  readonly describes: string;
  readonly example: string;
}
