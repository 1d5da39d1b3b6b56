/** A Markdown table whose columns stand beneath one another. */
export function markdownTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const toLine = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [title = [], ...body] = lines;
  return [title, widths.map((width) => '-'.repeat(width)), ...body].map(toLine).join('\n');
}
