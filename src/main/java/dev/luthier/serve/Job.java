package dev.luthier.serve;

import java.util.Map;

/**
 * A request that is to be answered.
 *
 * @param version holds the version that answers
 * @param prompt its tokens
 * @param maxTokens the most new tokens
 * @param messages what was asked, as JSON
 * @param rater the pseudonym of whoever asks; may be empty
 * @param about what the store keeps of how it was asked
 * @param begun when the request came, as {@link System#nanoTime}
 */
record Job(
    Held version,
    int[] prompt,
    Settings settings,
    Form form,
    int maxTokens,
    String messages,
    String rater,
    Map<String, String> about,
    long begun) {}
