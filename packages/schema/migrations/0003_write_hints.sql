CREATE TABLE `write_hints` (
	`node_id` text NOT NULL,
	`index_uid` text NOT NULL,
	`shards` text NOT NULL,
	`version` integer NOT NULL,
	`noted_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`node_id`, `index_uid`)
);
--> statement-breakpoint
CREATE INDEX `write_hints_by_index_uid` ON `write_hints` (`index_uid`);