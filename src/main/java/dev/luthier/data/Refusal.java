package dev.luthier.data;

/**
 * A row that cannot be used.
 *
 * @param place file and line or row
 * @param reason column, what was found and what is needed; equal for rows with the same fault
 */
public record Refusal(String place, String reason) {}
