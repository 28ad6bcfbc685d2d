using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Layers;

namespace Sgl.Engine.Tests.Layers;

public sealed class WorkspaceTests
{
    [Fact]
    public void ABufferIsTheSameForTheSameUseAndWidth()
    {
        using var ops = new CpuOps(threads: 1);
        var pass = new Pass
        {
            Tokens = [1, 2],
            Positions = [0, 1],
            RopeLengths = [2, 2],
            Slots = [0, 1],
            Sequences = [new PassSequence(0, 2, new[] { 0, 1 })],
        };
        ops.Begin(pass);
        var work = new Workspace(ops, pass);

        Tensor buffer = work.Buffer("mlp", 8);

        Assert.Equal(2, buffer.Rows);
        Assert.Equal(buffer, work.Buffer("mlp", 8));
        Assert.NotEqual(buffer.Address, work.Buffer("mlp", 4).Address);
        Assert.NotEqual(buffer.Address, work.Buffer("qkv", 8).Address);
    }

    [Fact]
    public void WhatLayersShareIsComputedOnce()
    {
        using var ops = new CpuOps(threads: 1);
        var pass = new Pass
        {
            Tokens = [1],
            Positions = [5],
            RopeLengths = [6],
            Slots = [0],
            Sequences = [new PassSequence(0, 1, new[] { 0 })],
        };
        ops.Begin(pass);
        var work = new Workspace(ops, pass);
        var angles = new RotaryEmbedding(new(), headDim: 4).Angles(work);
        Assert.Equal(angles, new RotaryEmbedding(new(), headDim: 4).Angles(work));
        Assert.NotEqual(angles, new RotaryEmbedding(new() { Theta = 100 }, headDim: 4).Angles(work));
    }
}
