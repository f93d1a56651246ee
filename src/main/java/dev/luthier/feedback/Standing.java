package dev.luthier.feedback;

/** What became of feedback. */
public enum Standing {
  /** Nothing was decided yet. */
  PENDING,
  /** It may be learnt from. */
  ACCEPTED,
  /** A person shall look at it. */
  QUARANTINED,
  /** It is not learnt from. */
  REJECTED
}
