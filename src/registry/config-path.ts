/** The way to a value in a config: keys, class names and array positions. */
export type ConfigPath = readonly (string | number)[];

const plainKey = /^[^\s.[\]"=]+$/;

/** A path as people write it: `task.DocumentClassificationTask.model`, `kernel_sizes[1]`, `columns["a.b"]`. */
export function formatPath(path: ConfigPath): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (plainKey.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

const segmentPattern = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|(?:^|(?<!^)\.)([^\s.[\]"=]+)/y;

/** Reads what `formatPath` writes (a position may also be written `.1`), or undefined when it is not a path. */
export function parsePath(text: string): (string | number)[] | undefined {
  const path: (string | number)[] = [];
  segmentPattern.lastIndex = 0;
  while (segmentPattern.lastIndex < text.length) {
    const match = segmentPattern.exec(text);
    if (match === null) return undefined;
    const [, position, quoted, plain] = match;
    if (position !== undefined) path.push(Number(position));
    else if (quoted !== undefined) path.push(JSON.parse(quoted) as string);
    else path.push(plain as string);
  }
  return path.length === 0 ? undefined : path;
}

/** A JSON pointer (`/a/0/b~1c`) within `value`, as a path: positions of arrays become numbers. */
export function pointerPath(pointer: string, value: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let inside = value;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const segment = Array.isArray(inside) ? Number(key) : key;
    path.push(segment);
    inside = (inside as Record<string | number, unknown> | undefined)?.[segment];
  }
  return path;
}
