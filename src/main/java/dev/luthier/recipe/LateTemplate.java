package dev.luthier.recipe;

import dev.luthier.data.ChatTemplate;
import dev.luthier.data.Renderer;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A model folder's chat template, parsed when it is first used: its engine takes seconds to start,
 * which whoever renders nothing need not wait for, and others can do beside loading the weights.
 */
final class LateTemplate implements Renderer {
  private final Path modelDir;
  private @Nullable CompletableFuture<ChatTemplate> template;

  LateTemplate(Path modelDir) {
    this.modelDir = modelDir;
  }

  /** Begins to parse in the background. */
  synchronized CompletableFuture<ChatTemplate> begin() {
    if (template == null) {
      template = CompletableFuture.supplyAsync(() -> ChatTemplate.load(modelDir).orElseThrow());
    }
    return template;
  }

  @Override
  public ChatTemplate.Rendered render(
      List<Map<String, Object>> messages,
      List<Map<String, Object>> tools,
      boolean addGenerationPrompt) {
    ChatTemplate ready = parsed();
    try {
      return ready.render(messages, tools, new ChatTemplate.Options(addGenerationPrompt, Map.of()));
    } catch (UserError e) {
      throw new UserError("the chat template refuses the chat: " + e.getMessage(), e);
    }
  }

  private ChatTemplate parsed() {
    try {
      return begin().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
