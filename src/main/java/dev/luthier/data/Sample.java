package dev.luthier.data;

/**
 * An example and where it came from.
 *
 * @param place file and line or row, for messages
 */
public record Sample(Example example, String place) {}
