using Sgl.Engine.Cache;

namespace Sgl.Engine.Tests.Cache;

public sealed class TokenPoolTests
{
    [Fact]
    public void HandsOutEverySlotOnceAscending()
    {
        TokenPool pool = new(5);
        int[] slots = new int[5];
        pool.Allocate(slots);
        Assert.Equal([0, 1, 2, 3, 4], slots);
        Assert.Equal(0, pool.FreeCount);
    }

    [Fact]
    public void FreedSlotsComeBackInOrder()
    {
        TokenPool pool = new(5);
        int[] slots = new int[5];
        pool.Allocate(slots);
        pool.Free(slots.AsSpan(1, 3));
        Assert.Equal(3, pool.FreeCount);
        int[] again = new int[3];
        pool.Allocate(again);
        Assert.Equal([1, 2, 3], again);
    }

    [Fact]
    public void RefusesToHandOutMoreThanIsFreeAndThenTakesNothing()
    {
        TokenPool pool = new(3);
        Assert.Throws<InvalidOperationException>(() => pool.Allocate(new int[4]));
        Assert.Equal(3, pool.FreeCount);
    }

    [Fact]
    public void NoticesADoubleFree()
    {
        TokenPool pool = new(3);
        int[] slots = new int[2];
        pool.Allocate(slots);
        pool.Free(slots);
        var error = Assert.Throws<InvalidOperationException>(() => pool.Free([1]));
        Assert.Equal("Slot 1 is freed twice.", error.Message);
    }

    [Fact]
    public void ResetFreesAll()
    {
        TokenPool pool = new(4);
        pool.Allocate(new int[3]);
        pool.Reset();
        Assert.Equal(4, pool.FreeCount);
        int[] slots = new int[4];
        pool.Allocate(slots);
        Assert.Equal([0, 1, 2, 3], slots);
    }
}
