package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generator;
import java.util.List;
import java.util.Optional;

/** A loaded model that answers many prompts together. */
record Respondent(ModelFolder folder, Model model, Optional<AdapterFiles.Loaded<Model>> adapter)
    implements AutoCloseable {
  /**
   * @throws dev.luthier.error.UserError if a file is missing or broken, or the adapter is for
   *     another model
   */
  static Respondent open(Writer.Voice voice) {
    ModelFolder folder = ModelFolder.open(voice.model());
    Model model = Models.load(folder.path(), voice.compute());
    Optional<AdapterFiles.Loaded<Model>> adapter =
        voice.adapter().map(dir -> AdapterFiles.load(model, dir));
    KnownTasks.tell(model, voice, adapter.map(a -> a.adapted().peft()));
    adapter
        .map(AdapterFiles.Loaded::adapted)
        .filter(Adapted::mergesExactly)
        .ifPresent(Adapted::merge);
    return new Respondent(folder, model, adapter);
  }

  /** An answer to each prompt, in their order. */
  List<Exam.Answer> answers(List<Example.Answered> prompts, Writer.Manner manner) {
    return answers(prompts, 1, manner);
  }

  /** Several answers to each prompt, those of one side by side. */
  List<Exam.Answer> answers(List<Example.Answered> prompts, int samples, Writer.Manner manner) {
    return completions(prompts, samples, manner).stream().map(Exam.Answer::of).toList();
  }

  /** The same as they were drawn. */
  List<Completion> completions(List<Example.Answered> prompts, int samples, Writer.Manner manner) {
    Prompting prompting = Prompting.of(folder, model);
    Generator generator =
        new Generator(
            Generative.of(model),
            prompting::text,
            manner.sampling(),
            prompting.limits(manner),
            prompting.budget(manner));
    List<int[]> tokens = prompts.stream().map(p -> tokens(prompting, p)).toList();
    return generator.generate(tokens, samples, manner.seed());
  }

  static int[] tokens(Prompting prompting, Example.Answered prompt) {
    return prompt instanceof Example.ChatCompletion chat
        ? prompting.tokenizer().prompt(chat.prompt(), chat.tools())
        : prompting.tokens((String) prompt.prompt());
  }

  @Override
  public void close() {
    adapter.map(AdapterFiles.Loaded::adapted).ifPresent(Adapted::close);
    model.close();
    folder.close();
  }
}
