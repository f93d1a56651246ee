package dev.luthier.feedback;

import java.util.List;

/** What is written into a store. */
public interface Writing {
  /**
   * Keeps an answer; the same again is no error and changes nothing, whatever its time.
   *
   * @return whether it is new
   * @throws Conflict if another answer has this id
   */
  boolean add(Answer answer);

  /**
   * Keeps feedback; the same again is no error and changes nothing, whatever its time.
   *
   * @return whether it is new
   * @throws UnknownAnswer if an answer that it names is not there
   * @throws Conflict if other feedback has this id
   * @throws dev.luthier.error.UserError if a choice is between answers to different prompts, or an
   *     answer and itself
   */
  boolean add(Feedback feedback);

  /**
   * Adds decisions to the history; the last one written is in force. Decisions on feedback that was
   * deleted meanwhile are passed over, those that are written already, and those of the filter
   * where a person decided.
   */
  void decide(List<Decision> decisions);
}
