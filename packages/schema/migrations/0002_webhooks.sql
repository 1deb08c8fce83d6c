CREATE TABLE `webhooks` (
	`uuid` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`headers` text NOT NULL,
	`updated_at` integer NOT NULL
);
