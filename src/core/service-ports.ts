// Names of services by port (https://www.iana.org/assignments/service-names-port-numbers), those that are seen in networks.
import { table } from "./protocol-numbers.ts";

/** By lower-case name; the same for TCP, UDP and SCTP. */
export const SERVICE_PORTS: ReadonlyMap<string, number> = table(`
1 tcpmux
7 echo
9 discard
11 systat
13 daytime
17 qotd
19 chargen
20 ftp-data
21 ftp
22 ssh
23 telnet
25 smtp mail
37 time
43 whois nicname
49 tacacs
53 domain dns
67 bootps dhcps
68 bootpc dhcpc
69 tftp
70 gopher
79 finger
80 http www
88 kerberos
102 iso-tsap
110 pop3
111 sunrpc rpcbind portmap
113 ident auth
119 nntp
123 ntp
135 epmap msrpc
137 netbios-ns
138 netbios-dgm
139 netbios-ssn
143 imap imap2
161 snmp
162 snmptrap snmp-trap
177 xdmcp
179 bgp
194 irc
209 qmtp
213 ipx
319 ptp-event
320 ptp-general
366 odmr
369 rpc2portmap
389 ldap
427 svrloc
443 https
445 microsoft-ds smb
464 kpasswd
465 submissions smtps
500 isakmp ike
502 mbap modbus
512 exec
513 login
514 syslog shell
515 printer lpd
517 talk
518 ntalk
520 router rip
521 ripng
540 uucp
543 klogin
544 kshell
546 dhcpv6-client
547 dhcpv6-server
548 afpovertcp afp
554 rtsp
563 nntps
587 submission
593 http-rpc-epmap
623 asf-rmcp ipmi
631 ipp
636 ldaps
639 msdp
646 ldp
647 dhcp-failover
749 kerberos-adm
783 spamd
830 netconf-ssh
853 domain-s dot
860 iscsi
873 rsync
902 vmware-auth
989 ftps-data
990 ftps
992 telnets
993 imaps
994 ircs
995 pop3s
1080 socks
1099 rmiregistry
1194 openvpn
1433 ms-sql-s mssql
1434 ms-sql-m
1521 oracle
1701 l2f
1719 h323gatestat
1720 h323hostcall
1723 pptp
1812 radius
1813 radius-acct
1883 mqtt
1900 ssdp
1935 rtmp
1985 hsrp
2000 cisco-sccp
2049 nfs
2055 netflow
2083 radsec
2123 gtp-control
2152 gtp-user
2181 zookeeper
2401 cvspserver
2427 mgcp-gateway
2628 dict
2727 mgcp-callagent
2811 gsiftp
2947 gpsd
3128 squid
3205 isns
3260 iscsi-target
3268 msft-gc
3269 msft-gc-ssl
3283 net-assistant
3306 mysql
3343 ms-cluster-net
3389 ms-wbt-server rdp
3478 stun turn
3493 nut
3632 distcc
3659 apple-sasl
3689 daap
3690 svn
3702 ws-discovery
3784 bfd-control
3785 bfd-echo
3868 diameter
4190 sieve
4369 epmd
4500 ipsec-nat-t
4569 iax
4662 edonkey
4739 ipfix
4740 ipfixs
4786 smart-install
4789 vxlan
4791 roce
5001 iperf
5004 rtp
5005 rtcp
5060 sip
5061 sips
5201 iperf3
5222 xmpp-client
5269 xmpp-server
5349 stuns turns
5351 nat-pmp
5353 mdns
5355 llmnr
5405 corosync
5432 postgresql
5555 adb
5631 pcanywheredata
5671 amqps
5672 amqp
5683 coap
5684 coaps
5900 vnc rfb
5938 teamviewer
5985 winrm
5986 winrms
6000 x11
6081 geneve
6343 sflow
6379 redis
6443 kubernetes
6514 syslog-tls
6633 openflow-old
6653 openflow
6667 ircu
6697 ircs-u
6881 bittorrent
7000 afs3-fileserver
7001 afs3-callback
8080 http-alt webcache
8086 influxdb
8123 clickhouse-http
8140 puppet
8443 https-alt pcsync-https
8883 secure-mqtt mqtts
9000 clickhouse cslistener
9042 cassandra
9090 prometheus websm
9092 kafka
9100 jetdirect pdl-datastream
9200 elasticsearch wap-wsp
9418 git
10050 zabbix-agent
10051 zabbix-trapper
10161 snmptls
11211 memcache memcached
17500 db-lsp
20000 dnp
25565 minecraft
27017 mongodb
33434 traceroute
44818 ethernet-ip
47808 bacnet
51820 wireguard
`);
