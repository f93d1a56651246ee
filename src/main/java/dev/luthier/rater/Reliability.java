package dev.luthier.rater;

import dev.luthier.doc.Doc;

/**
 * What is believed of a rater.
 *
 * @param votes words on questions that were looked at
 * @param goldAsked how many of these had a known answer
 * @param goldRight how many of these were right
 * @param accuracy the share of right votes where both sides are equally often true
 * @param weight how much the rater's votes count, before what speaks against single ones
 * @param deviation how uncertain the weight is: a standard deviation
 * @param group the group that the rater seems to act in, counted from 1; 0 for none
 * @param accepted how much feedback of the rater was accepted
 * @param quarantined waits for a person
 * @param rejected was rejected
 */
@Doc("What is believed of a rater")
public record Reliability(
    String rater,
    int votes,
    int goldAsked,
    int goldRight,
    double accuracy,
    double weight,
    double deviation,
    int group,
    int accepted,
    int quarantined,
    int rejected) {}
