package dev.luthier.reward;

import dev.luthier.data.Example;
import java.util.Map;

/**
 * An answer to be scored.
 *
 * @param answered the prompt and the answer, as text or messages
 * @param columns what else the row says that the prompt is from, by column name, as the file has it
 * @param place where the row stands, for messages
 */
public record Asked(Example.Answered answered, Map<String, Object> columns, String place) {}
