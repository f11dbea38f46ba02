// SPDX-License-Identifier: BSD-2-Clause
// A network device `offload0` that takes SAs over, as a capable NIC does, and does nothing with them. Once it has been told
// to go down it takes its time; the kernel tells that it does before, and removes its SAs after.
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/version.h>
#include <net/xfrm.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
static int take_state(struct xfrm_state *x, struct netlink_ext_ack *extack)
#else
static int take_state(struct xfrm_state *x)
#endif
{
	return 0;
}

static void give_state(struct xfrm_state *x)
{
}

static const struct xfrmdev_ops xfrm_ops = {
	.xdo_dev_state_add = take_state,
	.xdo_dev_state_delete = give_state,
};

static netdev_tx_t swallow(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops ops = {
	.ndo_start_xmit = swallow,
};

static void set_up(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &ops;
	dev->xfrmdev_ops = &xfrm_ops;
	dev->features |= NETIF_F_HW_ESP;
	dev->hw_enc_features |= NETIF_F_HW_ESP;
}

static struct net_device *device;

static int dawdle(struct notifier_block *block, unsigned long event, void *info)
{
	if (event == NETDEV_DOWN && netdev_notifier_info_to_dev(info) == device)
		msleep(2000);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = dawdle,
	/* Before that of XFRM. */
	.priority = 1,
};

static int __init begin(void)
{
	int error;

	device = alloc_netdev(0, "offload%d", NET_NAME_ENUM, set_up);
	if (!device)
		return -ENOMEM;
	error = register_netdev(device);
	if (error)
		goto free;
	error = register_netdevice_notifier(&notifier);
	if (error)
		goto unregister;
	return 0;

unregister:
	unregister_netdev(device);
free:
	free_netdev(device);
	return error;
}

static void __exit end(void)
{
	unregister_netdevice_notifier(&notifier);
	unregister_netdev(device);
	free_netdev(device);
}

module_init(begin);
module_exit(end);
MODULE_LICENSE("Dual BSD/GPL");
MODULE_DESCRIPTION("a device that takes SAs over");
