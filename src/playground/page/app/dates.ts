interface Reader {
  readonly now: Date;
  /** Undefined: the reader's own. */
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
}

const day = 86_400_000;

/** A date as Slack writes it for its reader: `{date_short_pretty} at {time}`, `{ago}`. An unknown part stays as it stands. */
export function formatDate(seconds: number, format: string, reader: Reader): string {
  const date = new Date(seconds * 1000);
  const shown = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(reader.locale, { ...options, timeZone: reader.timeZone }).format(date);
  const relativeDay = (): string | undefined => {
    const key = (one: Date): string => new Intl.DateTimeFormat("en-CA", { timeZone: reader.timeZone }).format(one);
    if (key(date) === key(reader.now)) return "today";
    if (key(date) === key(new Date(reader.now.getTime() - day))) return "yesterday";
    return key(date) === key(new Date(reader.now.getTime() + day)) ? "tomorrow" : undefined;
  };
  const parts: Readonly<Record<string, () => string>> = {
    date_num: () => new Intl.DateTimeFormat("en-CA", { timeZone: reader.timeZone }).format(date),
    date_slash: () => shown({ year: "numeric", month: "2-digit", day: "2-digit" }),
    date: () => shown({ year: "numeric", month: "long", day: "numeric" }),
    date_short: () => shown({ year: "numeric", month: "short", day: "numeric" }),
    date_long: () => shown({ weekday: "long", year: "numeric", month: "long", day: "numeric" }),
    date_pretty: () => relativeDay() ?? shown({ year: "numeric", month: "long", day: "numeric" }),
    date_short_pretty: () => relativeDay() ?? shown({ year: "numeric", month: "short", day: "numeric" }),
    date_long_pretty: () => relativeDay() ?? shown({ weekday: "long", year: "numeric", month: "long", day: "numeric" }),
    time: () => shown({ hour: "numeric", minute: "2-digit" }),
    time_secs: () => shown({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
    ago: () => ago(date, reader.now, reader.locale),
  };
  return format.replaceAll(/\{([a-z_]+)\}/g, (whole, name: string) =>
    Object.hasOwn(parts, name) ? (parts[name]?.() ?? whole) : whole,
  );
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

function ago(date: Date, now: Date, locale: string | undefined): string {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? (["second", 1] as const);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
}
