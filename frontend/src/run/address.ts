/** The selected niche in the address: `?niche=123`. */

export function parseNiche(query: string, niches: number): number | null {
  const text = new URLSearchParams(query).get("niche");
  if (text === null || !/^\d+$/.test(text)) return null;
  const niche = Number(text);
  return niche < niches ? niche : null;
}

export function formatNiche(niche: number | null, query: string): string {
  const params = new URLSearchParams(query);
  if (niche === null) params.delete("niche");
  else params.set("niche", String(niche));
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}
