package dev.luthier.feedback;

import java.time.Instant;

/**
 * What a rater has given.
 *
 * @param rater the pseudonym
 * @param feedback how many in all; those that are none of the following are pending
 * @param weight the mean weight of the accepted, 0 where there are none
 */
public record Rated(
    String rater,
    long feedback,
    long accepted,
    long quarantined,
    long rejected,
    double weight,
    Instant first,
    Instant last) {}
