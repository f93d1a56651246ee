package dev.luthier.feedback;

/** Two answers to the same prompt. */
public record AnswerPair(Answer a, Answer b) {}
