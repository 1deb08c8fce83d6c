export const JOB_STATES = ["queued", "in_progress", "completed", "failed", "canceled"] as const;
export type JobState = (typeof JOB_STATES)[number];
