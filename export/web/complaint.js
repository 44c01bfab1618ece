/** What went wrong, in words for whoever looks at the page. */
export class Complaint extends Error {}

export const firstLine = (error) => String(error?.message ?? error).split("\n")[0];
