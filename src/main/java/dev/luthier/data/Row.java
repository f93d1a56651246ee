package dev.luthier.data;

import java.util.Map;

/**
 * One row as it stands in a file.
 *
 * @param columns the values by column name, in the file's order; JSON values (text, numbers,
 *     booleans, lists, maps), and null where the file says so
 * @param place where it stands, for messages: {@code train.jsonl line 17}, {@code train.json row
 *     17}; both count from 1
 */
public record Row(Map<String, Object> columns, String place) {}
