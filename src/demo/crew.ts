/** The five crews that an article goes through, in this order; each is a step of the flow. */
export const CREWS = ['research', 'audience', 'draft', 'style', 'quality'] as const;

export type Crew = (typeof CREWS)[number];

/** Share of a flow's time that each crew takes. */
export const SHARES: Readonly<Record<Crew, number>> = {
  research: 0.22,
  audience: 0.11,
  draft: 0.41,
  style: 0.14,
  quality: 0.12,
};
