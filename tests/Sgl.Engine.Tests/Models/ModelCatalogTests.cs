using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Models;

public sealed class ModelCatalogTests
{
    [Fact]
    public void AnUnknownArchitectureIsAnsweredWithTheSortedKnown()
    {
        string message = Assert.Throws<UserErrorException>(() => ModelCatalog.EnsureKnown("MambaForCausalLM")).Message;
        Assert.StartsWith("architecture MambaForCausalLM is not supported; the known ones are ", message);
        string[] listed = message.Split(" are ")[1].Split(", ");
        Assert.Equal(ModelCatalog.Architectures, listed);
        Assert.Equal(listed.Order(StringComparer.Ordinal), listed);
        Assert.Contains("LlamaForCausalLM", listed);
    }

    [Fact]
    public void TwoClassesCannotAnswerToOneName()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => ModelCatalog.Find([typeof(Llama), typeof(Impostor)]));
        Assert.Equal("Impostor and Llama both answer to LlamaForCausalLM", error.Message);
    }

    [Fact]
    public void AClassDoesNotInheritItsBasesNames() =>
        Assert.Equal(["Qwen2ForCausalLM"], ModelCatalog.Find([typeof(Qwen2)]).Keys);

    [Architecture("LlamaForCausalLM")]
    private sealed class Impostor;
}
